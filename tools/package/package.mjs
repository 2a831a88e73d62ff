// `npm run package [-- TARGET...]`: the app and the engine as packages, in dist/. Without targets, those that need no
// download: the unpacked app, its Debian package, the engine's Debian package and single file, and the list of parts.
// Targets are electron-builder's (AppImage, dmg, nsis), which fetches their tools.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { electronBinary } from '../launch/electron-binary.mjs';
import { setUp, root, stop } from '../launch/set-up.mjs';
import { appPackage, enginePackage } from './debian.mjs';
import { bundled } from './bundled.mjs';
import { APP, ENGINE, billOfMaterials, notices, parts } from './parts.mjs';

setUp('build');
const dist = join(root, 'dist');
const targets = process.argv.slice(2);
const run = (command, args) => execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
/** npm's own program, as the one that runs this script: on Windows its command is a script. */
const npm = process.env.npm_execpath ?? stop('Start this with npm run package.');

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
run(process.execPath, [npm, 'run', '--silent', 'build']);
const { version } = packageOf(root);
const app = parts(APP);
writeFileSync(join(root, 'out/NOTICES.txt'), notices(app));

const runtime = await electron();
const builder = join(root, 'node_modules/electron-builder/cli.js');
run(process.execPath, [
  builder,
  '--publish',
  'never',
  ...(runtime.folder === undefined ? [] : [`-c.electronDist=${runtime.folder}`]),
  `-c.electronVersion=${runtime.version}`,
  // The window is loaded from app://, so pages of file:// need no more rights than in a browser. The older one lacks this switch.
  ...(runtime.forTrying ? [] : ['-c.electronFuses.grantFileProtocolExtraPrivileges=false']),
  ...(targets.length === 0 ? ['--dir'] : platform(targets)),
]);

if (process.platform === 'linux' && existsSync('/usr/bin/dpkg-deb')) {
  appPackage({ unpacked: join(dist, 'linux-unpacked'), dist, version, electron: runtime });
  await enginePackage({ dist, version, notices: notices(parts(ENGINE)) });
}
copyFileSync(join(root, 'out/engine/distro_const.cjs'), join(dist, `distro_const-${version}.cjs`));
const all = execFileSync(process.execPath, [npm, 'sbom', '--sbom-format', 'cyclonedx'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'ignore'],
  maxBuffer: 2 ** 26,
});
const bill = billOfMaterials(JSON.parse(all), app, runtime.version);
writeFileSync(join(dist, `slipway-${version}.cdx.json`), `${JSON.stringify(bill, null, 2)}\n`);

/**
 * The included Electron: the official one, or, when it cannot be fetched and only packages of this computer are
 * requested, the older one that the tests use. The package's version shows that. With targets electron-builder tries
 * again, with its own messages.
 */
async function electron() {
  const official = packageOf(join(root, 'node_modules/electron')).version;
  const found = electronBinary();
  if (found !== undefined) return { version: official, folder: found.dist, forTrying: false };
  if (targets.length > 0) return { version: official, forTrying: false };
  const { electronRuntime } = await bundled('test/support/electron-runtime.ts');
  const other = await electronRuntime();
  if ('lacks' in other) stop(`Electron ${official} cannot be fetched, and there is no other: the app ${other.lacks}.`);
  process.stderr.write(
    `Electron ${official} cannot be fetched. Packing with ${other.version}, the one that the tests use: for trying only.\n`,
  );
  return { version: other.version, folder: dirname(other.executable), forTrying: true };
}

function packageOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** electron-builder expects the platform before its targets. */
function platform(names) {
  const option = { darwin: '--mac', win32: '--win' }[process.platform] ?? '--linux';
  return [option, ...names];
}
