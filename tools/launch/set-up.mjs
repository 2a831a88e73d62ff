// Sets up a fresh checkout: npm packages, Debian packages, the engine's bundle. Plain JavaScript without dependencies, because it
// runs before there are any. Nothing here is needed once the app is installed from a package.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The tools that the sample image needs on the build host (resources/templates/tiny-linux/template.json). */
const IMAGE_PACKAGES = [
  'cpio',
  'zstd',
  'xz-utils',
  'xorriso',
  'mtools',
  'dosfstools',
  'grub-common',
  'grub-pc-bin',
  'grub-efi-amd64-bin',
];

/** The tools that the tests use besides: real file systems, real packages, real machines. */
const TEST_PACKAGES = [
  ...['zfs-fuse', 'btrfs-progs', 'xfsprogs', 'attr', 'acl', 'libcap2-bin', 'libxml2-utils', 'python3', 'strace'],
  ...['mmdebstrap', 'gnupg', 'squashfs-tools', 'qemu-system-x86', 'ovmf', 'uidmap', 'util-linux', 'time'],
  ...['openssh-client', 'iproute2', 'sudo', 'git'],
  // The tools that make disk images, and those that run a container image.
  ...['fdisk', 'qemu-utils', 'crun', 'podman'],
  // The login shells that people have on build hosts. They take a few seconds to install.
  ...['tcsh', 'fish', 'zsh', 'mksh', 'ksh93u+m'],
  // It opens a computer to the network, so it is not installed on a developer's own computer, where its tests are
  // skipped with that reason.
  ...(process.env.CI ? ['openssh-server'] : []),
  // The tools for the window: a browser without a user interface, which needs less time, a display, and the libraries of Electron.
  ...[
    'chromium-headless-shell',
    'xvfb',
    'xauth',
    'fonts-dejavu-core',
    'libgtk-3-0',
    'libnss3',
    'libasound2',
    'libgbm1',
    'libxss1',
  ],
];

export const packagesFor = {
  start: IMAGE_PACKAGES,
  build: IMAGE_PACKAGES,
  test: [...IMAGE_PACKAGES, ...TEST_PACKAGES],
};

/** Ends the program with one line. */
export function stop(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

/** Runs a command to its end. Returns its status and output, or the reason why it could not be started. */
function attempt(command, args, env = process.env) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32', // npm is a script there
  });
  return { ok: status === 0, stdout: stdout ?? '', output: error?.message ?? `${stdout}${stderr}`.trim() };
}

/** Runs a command that must succeed. */
function run(command, args) {
  const { ok, stdout, output } = attempt(command, args);
  if (!ok) stop(`${[command, ...args].join(' ')} failed:\n${output}`);
  return stdout;
}

/**
 * Prepares the checkout: to `start` the designer, to `build` the sample in the terminal, or to `test` everything. Takes
 * little time when nothing is missing.
 */
export function setUp(purpose) {
  installNpmPackages();
  const missing = installDebianPackages(packagesFor[purpose]);
  run(process.execPath, ['tools/bundle-engine.mjs']);
  if (purpose === 'start') buildApp();
  return { missing };
}

/** Builds window, preload and main process when a source is newer than the result. */
function buildApp() {
  const sources = [
    'src-main',
    'src-renderer',
    'docs',
    'src-shared',
    'electron.vite.config.ts',
    'svelte.config.js',
    'package.json',
    'package-lock.json',
  ];
  const built = ['out/main/serve-web.cjs', 'out/preload/index.cjs', 'out/renderer/index.html'];
  const oldest = Math.min(...built.map((file) => modified(join(root, file)) ?? 0));
  if (sources.every((source) => newest(join(root, source)) <= oldest)) return;
  process.stderr.write('Building the designer...\n');
  run(process.execPath, ['node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn']);
}

function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** The time of the newest file at or below a path. */
function newest(path) {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function installNpmPackages() {
  const stamp = join(root, 'node_modules/.slipway-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stderr.write('Installing npm packages...\n');
  const { ok, output } = attempt('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (!ok) stop(whyNoPackages(output));
  writeFileSync(stamp, lock);
}

const NO_NETWORK =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/;

/** Why npm could not install, and the next action. */
function whyNoPackages(output) {
  const [network] = NO_NETWORK.exec(output) ?? [];
  if (network !== undefined)
    return `Slipway needs a network once, for its npm packages, and there is none (${network}). Connect (behind a proxy: npm config set https-proxy URL) and run this again; a computer without a network takes the Debian package that npm run package makes elsewhere.`;
  return `${output}\nThe npm packages could not be installed; npm printed the reason above. Run this again after correcting it.`;
}

/**
 * Installs what is missing when run as root. Otherwise, and when that fails, prints in one line what to install.
 * Returns what is still missing, because the designer opens without it.
 */
function installDebianPackages(packages) {
  if (!existsSync('/usr/bin/dpkg-query')) return packages; // not Debian or Ubuntu: `distro_const doctor` reports what is missing
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return [];
  if (process.getuid() !== 0) {
    askToInstall('Please install what is missing:', missing);
    return missing;
  }
  process.stderr.write(`Installing Debian packages: ${missing.join(' ')}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // A failed update is not an error yet, because the lists of an earlier one may suffice.
  const updated = attempt('apt-get', ['update', '-qq', '-o', 'APT::Update::Error-Mode=any'], env);
  // Ubuntu lacks some (zfs-fuse). Packages that no source has are left out, and their tests are skipped with that
  // reason.
  const available = missing.filter((name) => /^\s+Candidate: (?!\(none\))/m.test(run('apt-cache', ['policy', name])));
  const install = ['install', '-qq', '-y', '--no-install-recommends', ...available];
  const installed = available.length > 0 ? attempt('apt-get', install, env) : updated;
  const lacking = missing.filter((name) => !isInstalled(name));
  if (!installed.ok && lacking.length > 0) {
    process.stderr.write(`${installed.output}\n`);
    askToInstall('Not installed. The designer opens without; to build, with a network:', lacking);
  }
  return lacking;
}

function askToInstall(intro, packages) {
  const sudo = process.getuid() === 0 ? '' : 'sudo ';
  process.stderr.write(`${intro} ${sudo}apt-get install --no-install-recommends ${packages.join(' ')}\n`);
}

function isInstalled(name) {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f=${db:Status-Status}', name], { encoding: 'utf8' });
  return stdout === 'installed';
}
