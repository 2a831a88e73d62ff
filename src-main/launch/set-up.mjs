// Sets up a fresh checkout: npm packages, Debian packages, the engine's bundle. Plain JavaScript without dependencies, because it
// runs before there are any. Nothing here is needed once the app is installed from a package.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

const OLDEST_NODE = 20;

/** What the sample image needs on the build host (resources/templates/tiny-linux/template.json). */
const IMAGE_PACKAGES = [
  'rsync',
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

/** What the tests use besides: real file systems, real packages, real machines. */
const TEST_PACKAGES = [
  ...['zfs-fuse', 'btrfs-progs', 'xfsprogs', 'attr', 'acl', 'libcap2-bin', 'libxml2-utils', 'python3'],
  ...['mmdebstrap', 'squashfs-tools', 'qemu-system-x86', 'ovmf', 'uidmap', 'util-linux', 'time'],
  // The designer, looked at: a browser, a display, and what Electron links against.
  ...['chromium', 'xvfb', 'xauth', 'fonts-dejavu-core', 'libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1'],
];

export const packagesFor = {
  start: IMAGE_PACKAGES,
  build: IMAGE_PACKAGES,
  test: [...IMAGE_PACKAGES, ...TEST_PACKAGES],
};

/** Ends the program with one clear line. */
function stop(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

function run(command, args, { quiet = false, env = process.env } = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    encoding: 'utf8',
  });
  if (error || status !== 0)
    stop(
      `${[command, ...args].join(' ')} failed${error ? `: ${error.message}` : ` with status ${status}`}\n${quiet ? `${stdout}${stderr}` : ''}`,
    );
  return stdout;
}

/**
 * Makes the checkout ready: to `start` the designer, to `build` the sample in the terminal, to `test` everything. Quick when there is
 * nothing to do.
 */
export function setUp(purpose) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) stop(`Slipway needs Node ${OLDEST_NODE} or later; this is ${process.version}.`);
  installNpmPackages();
  const missing = installDebianPackages(packagesFor[purpose]);
  run(process.execPath, ['src-engine/bundle.mjs'], { quiet: true });
  if (purpose === 'start') buildApp();
  return { missing };
}

/** Builds window, preload and main process, when a source is newer than they are. */
function buildApp() {
  const sources = [
    'src-main',
    'src-renderer',
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
  run(process.execPath, ['node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn'], {
    quiet: true,
  });
}

function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** When the newest file at or below a path was written. */
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
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { quiet: true });
  writeFileSync(stamp, lock);
}

/** Installs what is missing when root; otherwise says in one line what to install. Returns what is still missing. */
function installDebianPackages(packages) {
  if (!existsSync('/usr/bin/dpkg-query')) return packages; // not Debian or Ubuntu: `distro_const doctor` tells what lacks
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return [];
  if (process.getuid() !== 0) {
    process.stderr.write(
      `Please install what is missing: sudo apt-get install --no-install-recommends ${missing.join(' ')}\n`,
    );
    return missing;
  }
  process.stderr.write(`Installing Debian packages: ${missing.join(' ')}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], { quiet: true, env });
  // Ubuntu lacks some (zfs-fuse): what no source has is left out, and the tests that want it skip and say so.
  const available = missing.filter((name) =>
    /^\s+Candidate: (?!\(none\))/m.test(run('apt-cache', ['policy', name], { quiet: true })),
  );
  if (available.length > 0)
    run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', ...available], { quiet: true, env });
  return missing.filter((name) => !available.includes(name));
}

function isInstalled(name) {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f=${db:Status-Status}', name], { encoding: 'utf8' });
  return stdout === 'installed';
}
