// The packages of `npm run package`, installed into a fresh Debian and used by an ordinary user, with Chromium's own
// sandbox.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeTinyLinux, dragBootMenuBeforeMedium } from '../e2e/support/compose-tiny-linux';
import { Designer } from '../e2e/support/designer';
import { readFirstLine } from '../e2e/support/first-line';
import { mousePerson } from '../e2e/support/person';
import { TimelinePage } from '../e2e/support/timeline';
import { electronRuntime } from '../support/electron-runtime';
import { onlyInFull } from '../support/full';
import { bootImage } from '../support/qemu';
import { hasTool, TOOL_TIMEOUT_MS } from '../support/run-tool';

const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');

const found = await electronRuntime();
const runtime = 'lacks' in found ? { executable: '', version: undefined } : found;
const lacks =
  onlyInFull ??
  ('lacks' in found
    ? found.lacks
    : process.getuid?.() !== 0
      ? 'needs root'
      : ['mmdebstrap', 'dpkg-deb', 'unshare'].find((tool) => !hasTool(tool)));

const packageJson = (folder: string): { version: string } =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
const official = packageJson(join(root, 'node_modules/electron')).version;

const limits = { timeout: TOOL_TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 } as const;

/** A fresh Debian in a folder. */
class Debian {
  readonly folder = mkdtempSync(join(tmpdir(), 'slipway-debian-'));

  constructor() {
    const sources = ['/etc/apt/sources.list', '/etc/apt/sources.list.d/debian.sources'].filter((file) =>
      existsSync(file),
    );
    const options = ['--variant=apt', '--mode=root', '--include=ca-certificates', '--skip=check/empty'];
    const { VERSION_CODENAME: suite = 'stable' } = osRelease();
    execFileSync('mmdebstrap', [...options, suite, this.folder, ...sources], { ...limits, stdio: 'ignore' });
  }

  /** Runs a line in it as root, in namespaces that end with it. */
  run(line: string): string {
    const [command, ...args] = this.#inside(line);
    return execFileSync(command, args, { ...limits, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  start(line: string): ChildProcess {
    const [command, ...args] = this.#inside(line);
    return spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #inside(line: string): [string, ...string[]] {
    const mounts = 'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount -t sysfs sys "$1/sys"';
    const enter = `${mounts} && exec chroot "$1" sh -c "$2"`;
    const spaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
    return ['unshare', ...spaces, 'sh', '-c', enter, 'sh', this.folder, line];
  }
}

function osRelease(): Record<string, string> {
  const lines = readFileSync('/etc/os-release', 'utf8').matchAll(/^(\w+)="?([^"\n]*)/gm);
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
}

describe.skipIf(lacks !== undefined)(`the packages${lacks === undefined ? '' : ` (${lacks})`}`, () => {
  let debian: Debian;
  const dispose: (() => void)[] = [];
  beforeAll(() => {
    execFileSync('npm', ['run', '--silent', 'package'], {
      ...limits,
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    debian = new Debian();
    dispose.push(() => debian.dispose());
    for (const name of readdirSync(dist).filter((file) => file.endsWith('.deb')))
      copyFileSync(join(dist, name), join(debian.folder, 'tmp', name));
    const install = 'DEBIAN_FRONTEND=noninteractive apt-get -q -y install';
    debian.run(
      `apt-get -q update && ${install} --no-install-recommends xvfb xauth xz-utils shared-mime-info desktop-file-utils libglib2.0-bin`,
    );
    debian.run(`${install} /tmp/slipway_*.deb /tmp/slipway-engine_*.deb && useradd --create-home person`);
  }, 600_000);
  afterAll(() => dispose.forEach((end) => end()));

  it('install the engine with its manual page, and it builds', () => {
    expect(debian.run('distro_const help build')).toContain('distro_const build [-R');
    expect(debian.run('zcat /usr/share/man/man1/distro_const.1.gz')).toContain('.SH SYNOPSIS');
    expect(debian.run('readlink -f /usr/bin/ManifestRead')).toContain('slipway-engine/ManifestRead.cjs');
    writeFileSync(
      join(debian.folder, 'tmp/manifest.xml'),
      `<distribution name="small"><distro_constr_params><build_area>/tmp/area</build_area>
       <output_image><finalizer><script name="/tmp/step"><checkpoint name="step"/></script></finalizer></output_image>
       </distro_constr_params><vmimg_params/></distribution>`,
    );
    writeFileSync(join(debian.folder, 'tmp/step'), '#!/bin/sh\nManifestRead "$1" name >"$5/name"\n', { mode: 0o755 });
    debian.run('cd /tmp && distro_const build manifest.xml');
    expect(debian.run('cat /tmp/area/media/name')).toBe('small\n');
  });

  it('recognise a manifest by its name, and leave other XML files alone', () => {
    debian.run('desktop-file-validate /usr/share/applications/slipway.desktop');
    writeFileSync(join(debian.folder, 'tmp/other.xml'), '<?xml version="1.0"?>\n<other/>\n');
    const kind = (file: string): string | undefined =>
      debian.run(`gio info -a standard::content-type /tmp/${file}`).match(/content-type: (.*)/)?.[1];
    expect([kind('manifest.xml'), kind('other.xml')]).toEqual([
      'application/x-slipway-manifest+xml',
      'application/xml',
    ]);
    expect(debian.run('grep slipway /usr/share/applications/mimeinfo.cache')).toContain('slipway.desktop');
  });

  it('name what they contain, with every licence', () => {
    const electron = runtime.version ?? official;
    const { version } = packageJson(root);
    const suffix = runtime.version === undefined ? '' : `~electron${electron}`;
    expect(debian.run("dpkg-query -W -f='${Version}' slipway")).toBe(`${version}${suffix}`);
    const bill = JSON.parse(readFileSync(join(dist, `slipway-${version}.cdx.json`), 'utf8')) as {
      components: { name: string; version: string }[];
    };
    const names = bill.components.map(({ name }) => name);
    expect(bill.components).toContainEqual(expect.objectContaining({ name: 'electron', version: electron }));
    expect(names).toEqual(expect.arrayContaining(['svelte', 'ssh2', '@xterm/xterm', '@fontsource-variable/inter']));
    expect(names).not.toContain('vitest');
    const notices = debian.run('cat /usr/share/doc/slipway/NOTICES.txt');
    for (const { name, version: one } of bill.components.filter(({ name }) => name !== 'electron'))
      expect(notices).toContain(`\n${name} ${one} (`);
    expect(notices).toContain('SIL OPEN FONT LICENSE');
    expect(debian.run('cat /usr/share/doc/slipway-engine/NOTICES.txt')).toContain('\nsaxes ');
    expect(debian.run('head -c 2000 /usr/share/doc/slipway/LICENSE.electron.txt')).toContain('Electron contributors');
  });

  it('have small parts of our own and of others', () => {
    const megabytes = (file: string): number => statSync(join(dist, file)).size / 1e6;
    const [app = '', engine = ''] = ['slipway_', 'slipway-engine_'].map((name) =>
      readdirSync(dist).find((file) => file.startsWith(name)),
    );
    const sizes = {
      designer: megabytes(app),
      engine: megabytes(engine),
      archive: megabytes('linux-unpacked/resources/app.asar'),
    };
    const lines = Object.entries(sizes).map(([name, size]) => `${name} ${size.toFixed(1)} MB`);
    process.stdout.write(`packages: ${lines.join(', ')}\n`);
    // Most of it is Electron. The official one may be larger than the one for tests.
    expect(sizes.designer).toBeLessThan(runtime.version === undefined ? 130 : 90);
    expect(sizes.engine).toBeLessThan(0.3);
    expect(sizes.archive).toBeLessThan(8);
    expect(readdirSync(join(dist, 'linux-unpacked/locales'))).toEqual(['en-US.pak']);
  });

  it('have the switches of the app flipped for safety', () => {
    const fuses = execFileSync(
      process.execPath,
      [join(root, 'node_modules/@electron/fuses/dist/bin.js'), 'read', '--app', join(dist, 'linux-unpacked/slipway')],
      { encoding: 'utf8' },
    );
    expect(fuses).toMatch(/EnableCookieEncryption is Enabled/);
    expect(fuses).toMatch(/EnableNodeOptionsEnvironmentVariable is Disabled/);
    expect(fuses).toMatch(/EnableNodeCliInspectArguments is Disabled/);
    expect(fuses).toMatch(/OnlyLoadAppFromAsar is Enabled/);
    expect(fuses).toMatch(/RunAsNode is Enabled/); // a computer without Node
  });

  it('make the same archive of the same sources', () => {
    const again = mkdtempSync(join(tmpdir(), 'slipway-again-'));
    dispose.push(() => rmSync(again, { recursive: true, force: true }));
    const electron = [
      `-c.electronDist=${join(runtime.executable, '..')}`,
      `-c.electronVersion=${runtime.version ?? official}`,
    ];
    const builder = join(root, 'node_modules/electron-builder/cli.js');
    const options = ['--publish', 'never', '--dir', `-c.directories.output=${again}`, ...electron];
    execFileSync(process.execPath, [builder, ...options], { ...limits, cwd: root, stdio: 'ignore' });
    const hash = (folder: string): string =>
      createHash('sha256')
        .update(readFileSync(join(folder, 'linux-unpacked/resources/app.asar')))
        .digest('hex');
    expect(hash(again)).toBe(hash(dist));
  });

  it('install the designer: an ordinary user composes, pauses, resumes, and gets an image that boots', async () => {
    const app = debian.start("su person -c 'cd; exec xvfb-run -a slipway --disable-gpu --remote-debugging-port=0'");
    const ended = new Promise((resolve) => app.once('close', resolve));
    if (!app.stderr) throw new Error('no output');
    const page = await windowAt(await readFirstLine(app, app.stderr, /^DevTools listening on (ws:\S+)$/));
    const designer = new Designer(page);
    // The sample is open. A new image is composed from the blank template.
    await page.getByText('tiny-linux/manifest.xml').first().waitFor();
    await page.keyboard.press('Control+n');
    await composeTinyLinux(designer, mousePerson(page), '/home/person');
    await dragBootMenuBeforeMedium(designer);
    await designer.save();

    const timeline = new TimelinePage(page);
    await timeline.open();
    await timeline.pauseEditResume('grub-setup', '\necho edited by a person');

    const at = (path: string): string => join(debian.folder, 'home/person', path);
    expect(readFileSync(at('composed/scripts/grub-setup'), 'utf8')).toMatch(/\necho edited by a person$/);
    const [image = ''] = readdirSync(at('area/media')).filter((name) => name.endsWith('.iso'));
    const boot = await bootImage({
      image: at(`area/media/${image}`),
      medium: 'cdrom',
      firmware: 'bios',
      until: /login: /,
      timeoutSeconds: 300,
    });
    expect(boot.verdict, boot.serial).toBe('booted');

    // A double click on another manifest starts the program again, which passes it to the open window.
    const other = '/home/person/other/manifest.xml';
    const copied = `mkdir ~/other && sed s/tiny-linux/other-image/ ~/Slipway/tiny-linux/manifest.xml >${other}`;
    debian.run(`su person -c '${copied} && cp -r ~/Slipway/tiny-linux/scripts ~/other/'`);
    debian.run(`su person -c 'xvfb-run -a slipway --disable-gpu ${other}'`);
    await page.getByText('other-image').first().waitFor();
    // As the window's own close button does.
    await page.close({ runBeforeUnload: true });
    await ended;
  });
});

/**
 * The window of a packaged app. Playwright cannot start it, because it lacks the switches for that and must keep its
 * default settings.
 */
async function windowAt(address: string): Promise<Page> {
  const browser = await chromium.connectOverCDP(address, { noDefaults: true });
  const [context] = browser.contexts();
  if (!context) throw new Error('the app has no pages');
  return context.pages()[0] ?? (await context.waitForEvent('page'));
}
