// Debian packages, made by dpkg-deb alone: the same on a developer's machine and in continuous integration.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packagesFor, root } from '../launch/set-up.mjs';
import { bundled } from './bundled.mjs';

const MAINTAINER = 'The Slipway authors <slipway@example.org>';
/** All files have this time, so that the same content makes the same package. */
const EPOCH = process.env.SOURCE_DATE_EPOCH ?? '1767225600';

/** The libraries that Electron links against or opens. */
const ELECTRON_NEEDS = [
  'libgtk-3-0 | libgtk-3-0t64',
  'libasound2 | libasound2t64',
  'libatspi2.0-0 | libatspi2.0-0t64',
  'libgbm1',
  'libnotify4',
  'libnss3',
  'libsecret-1-0',
  'libuuid1',
  'libxss1',
  'libxtst6',
  'xdg-utils',
];

const DESKTOP = `[Desktop Entry]
Name=Slipway
GenericName=Operating-system image builder
Comment=Compose, build and resume operating-system images
Exec=/opt/Slipway/slipway %f
Icon=slipway
Type=Application
Terminal=false
Categories=Development;
Keywords=image;iso;distribution;checkpoint;build;
MimeType=application/x-slipway-manifest+xml;
StartupWMClass=Slipway
`;

/**
 * The name of a document's manifest. Other XML files are not registered, because file managers use the name before the
 * content.
 */
const MIME = `<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="application/x-slipway-manifest+xml">
    <comment>Distribution manifest</comment>
    <sub-class-of type="application/xml"/>
    <glob pattern="manifest.xml" weight="60"/>
    <icon name="slipway"/>
  </mime-type>
</mime-info>
`;

/**
 * The designer with the engine: `slipway`. A package with an Electron for tests is older than the same version with the
 * official one.
 */
export function appPackage({ unpacked, dist, version, electron }) {
  const tree = fresh(dist, 'slipway');
  const put = putInto(tree);
  mkdirSync(join(tree, 'opt'), { recursive: true });
  cpSync(unpacked, join(tree, 'opt/Slipway'), { recursive: true, verbatimSymlinks: true });
  // Where the kernel has no sandbox for ordinary users, Chromium's helper makes one, as root and only for that.
  chmodSync(join(tree, 'opt/Slipway/chrome-sandbox'), 0o4755);
  link(tree, 'usr/bin/slipway', '/opt/Slipway/slipway');
  put('usr/share/applications/slipway.desktop', DESKTOP);
  put('usr/share/mime/packages/slipway.xml', MIME);
  const icons = join(root, 'resources/icons');
  for (const name of readdirSync(icons)) {
    const size = /^(\d+x\d+)\.png$/.exec(name)?.[1];
    if (size !== undefined && size !== '1024x1024')
      copy(tree, `usr/share/icons/hicolor/${size}/apps/slipway.png`, join(icons, name));
  }
  copy(tree, 'usr/share/icons/hicolor/scalable/apps/slipway.svg', join(icons, 'slipway.svg'));
  copyright(tree, 'slipway');
  // The notices are in the app, with those of Electron and of Chromium.
  for (const file of ['resources/NOTICES.txt', 'LICENSE.electron.txt', 'LICENSES.chromium.html'])
    link(tree, `usr/share/doc/slipway/${basename(file)}`, `/opt/Slipway/${file}`);
  const trial = electron.forTrying
    ? `\n .\n This one has Electron ${electron.version}, which is too old for anything but trying it out.`
    : '';
  return pack(tree, dist, 'opt/Slipway/resources/engine', {
    Package: 'slipway',
    Version: electron.forTrying ? `${version}~electron${electron.version}` : version,
    Architecture: { x64: 'amd64', arm64: 'arm64' }[process.arch] ?? process.arch,
    Depends: ELECTRON_NEEDS.join(', '),
    Recommends: ['nodejs (>= 18)', ...packagesFor.start].join(', '),
    Suggests: 'mmdebstrap, squashfs-tools, qemu-system-x86, ovmf, zfsutils-linux | zfs-fuse',
    Section: 'devel',
    Description:
      'designer for operating-system images, with checkpoints\n Compose a manifest of packages and finalizer scripts by drag and drop, build it here or on\n another computer over SSH, and resume from the checkpoint before any step.' +
      trial,
  });
}

/** The engine alone, for build hosts: `distro_const` and `ManifestRead`. */
export async function enginePackage({ dist, version, notices }) {
  const tree = fresh(dist, 'slipway-engine');
  const put = putInto(tree);
  for (const name of ['distro_const', 'ManifestRead']) {
    copy(tree, `usr/lib/slipway-engine/${name}.cjs`, join(root, `out/engine/${name}.cjs`), 0o755);
    link(tree, `usr/bin/${name}`, `../lib/slipway-engine/${name}.cjs`);
  }
  const { manualPage } = await bundled('src-engine/reference/manual-page.ts');
  put('usr/share/man/man1/distro_const.1.gz', packed(await manualPage(version)));
  link(tree, 'usr/share/man/man1/ManifestRead.1.gz', 'distro_const.1.gz');
  copyright(tree, 'slipway-engine');
  put('usr/share/doc/slipway-engine/NOTICES.txt', notices);
  return pack(tree, dist, 'usr/lib/slipway-engine', {
    Package: 'slipway-engine',
    Version: version,
    Architecture: 'all',
    Depends: 'nodejs (>= 18)',
    Suggests: 'slipway, zfsutils-linux | zfs-fuse, btrfs-progs, qemu-system-x86',
    Section: 'devel',
    Description:
      'checkpointed build engine for operating-system images\n The command distro_const of the Distribution Constructor: runs the steps of a manifest, takes a\n snapshot before each, and resumes from any of them.',
  });
}

function fresh(dist, name) {
  const tree = join(dist, `.${name}`);
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  return tree;
}

const putInto = (tree) => (path, content) => {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), content, { mode: 0o644 });
};

function copy(tree, path, from, mode = 0o644) {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  copyFileSync(from, join(tree, path));
  chmodSync(join(tree, path), mode);
}

function link(tree, path, target) {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  symlinkSync(target, join(tree, path));
}

function copyright(tree, name) {
  copy(tree, `usr/share/doc/${name}/copyright`, join(root, 'LICENSE'));
}

/** Without a time in it. */
const packed = (text) => gzipSync(Buffer.from(text), { level: 9 });

/**
 * Creates the package and returns its path. `engine` is the folder of the engine in it, where a run as root writes its
 * code cache.
 */
function pack(tree, dist, engine, fields) {
  const size = Number(execFileSync('du', ['-sk', '--apparent-size', tree], { encoding: 'utf8' }).split('\t')[0]);
  const control = { ...fields, 'Installed-Size': size, Maintainer: MAINTAINER, Priority: 'optional' };
  mkdirSync(join(tree, 'DEBIAN'));
  const { Description, ...others } = control;
  const lines = [...Object.entries(others), ['Description', Description]].map(([name, value]) => `${name}: ${value}\n`);
  writeFileSync(join(tree, 'DEBIAN/control'), lines.join(''));
  const script = `#!/bin/sh\nset -e\nrm -f /${engine}/.distro_const-*.cache\n`;
  writeFileSync(join(tree, 'DEBIAN/prerm'), script, { mode: 0o755 });
  const file = join(dist, `${fields.Package}_${fields.Version}_${fields.Architecture}.deb`);
  // Folders get fixed modes, whatever the umask is here.
  execFileSync('find', [tree, '-type', 'd', '-exec', 'chmod', '755', '{}', '+']);
  // The third level takes three times as long, and saves 3 of 83 MB.
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '-z1', '--build', tree, file], {
    env: { ...process.env, SOURCE_DATE_EPOCH: EPOCH },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  rmSync(tree, { recursive: true, force: true });
  if (!existsSync(file)) throw new Error(`${file} was not made`);
  return file;
}
