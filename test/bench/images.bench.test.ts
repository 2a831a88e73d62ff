import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bin } from '../support/engine';
import { btrfsFolder, hasBtrfs } from '../support/temp-btrfs';
import { hasZfs, zfsPool } from '../support/temp-zpool';

/*
 * The time that a checkpoint saves on a real image: a full build of debian-live, and the same build after an edit of
 * the boot menu. Where Debian's live-build is installed, its times on the same packages are printed too. All timed runs
 * find the packages in the tool's cache.
 */

const template = join(import.meta.dirname, '../../resources/templates/debian-live');
const isRoot = process.getuid?.() === 0;
const has = (tool: string): boolean => spawnSync('sh', ['-c', 'command -v "$0"', tool]).status === 0;
const canBuild = isRoot && ['mmdebstrap', 'mksquashfs', 'xorriso', 'mcopy', 'grub-mkimage'].every(has);
const rows: string[] = [];
const opened: (() => void | Promise<void>)[] = [];

afterAll(async () => {
  for (const close of opened.reverse()) await close();
  process.stdout.write(`\n${rows.join('\n')}\n\n`);
});

function timed(
  what: string,
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): void {
  const started = performance.now();
  const { status, stderr, stdout } = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 28 });
  const seconds = (performance.now() - started) / 1000;
  expect(status, `${stdout.slice(-2000)}${stderr.slice(-2000)}`).toBe(0);
  if (what !== '') rows.push(`${what.padEnd(58)} ${seconds.toFixed(1)} s`);
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
  opened.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const places: [string, boolean, () => Promise<string>][] = [
  ['plain', true, () => Promise.resolve(join(temporary(), 'area'))],
  [
    'btrfs',
    hasBtrfs,
    async () => {
      const place = await btrfsFolder(6 * 2 ** 30);
      opened.push(() => place.dispose());
      return join(place.path, 'area');
    },
  ],
  [
    'zfs',
    hasZfs,
    async () => {
      const pool = await zfsPool(8 * 2 ** 30);
      opened.push(() => pool.dispose());
      return `${pool.name}/area`;
    },
  ],
];

describe.skipIf(!canBuild)('debian-live (skipped without root and its tools)', () => {
  it.each(places.filter(([, available]) => available))('%s', async (kind, _available, open) => {
    const folder = join(temporary(), 'project');
    cpSync(template, folder, { recursive: true });
    const manifest = join(folder, 'manifest.xml');
    const area = await open();
    const edit = (change: (text: string) => string): void =>
      writeFileSync(manifest, change(readFileSync(manifest, 'utf8')));
    edit((text) => text.replace(/(<build_area>)[^<]*/, `$1${area}`));
    const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) };
    const build = (what: string, ...options: string[]): void =>
      timed(what && `${kind}: ${what}`, 'distro_const', ['build', ...options, 'manifest.xml'], folder, env);
    if (kind === 'plain') build(''); // fills the package cache
    build('full build of debian-live');
    edit((text) => text.replace(/<title>[^<]*/, '<title>Edited'));
    build('the same after editing the boot menu (-r grub-setup)', '-r', 'grub-setup');
  });

  it.skipIf(!has('lb'))('live-build on the same packages', () => {
    const folder = temporary();
    const list = [...readFileSync(join(template, 'manifest.xml'), 'utf8').matchAll(/<pkg name="([^"]+)"/g)].map(
      ([, name]) => name,
    );
    const mirror = hostMirror();
    const config = [
      ...[
        'config',
        '--distribution',
        'bookworm',
        '--archive-areas',
        'main',
        '--mode',
        'debian',
        '--apt-recommends',
        'false',
      ],
      ...['--mirror-bootstrap', mirror, '--mirror-chroot', mirror, '--mirror-binary', mirror],
      ...['--security', 'false', '--updates', 'false', '--cache-stages', 'bootstrap chroot', '--memtest', 'none'],
      ...['--debian-installer', 'none', '--bootappend-live', 'boot=live', '--binary-images', 'iso-hybrid'],
    ];
    timed('', 'lb', config, folder);
    mkdirSync(join(folder, 'config/package-lists'), { recursive: true });
    writeFileSync(join(folder, 'config/package-lists/same.list.chroot'), `${list.join('\n')}\n`);
    timed('', 'lb', ['build'], folder); // fills its cache
    timed('', 'lb', ['clean', '--all'], folder);
    timed('', 'lb', config, folder);
    writeFileSync(join(folder, 'config/package-lists/same.list.chroot'), `${list.join('\n')}\n`);
    timed('live-build: full build, packages cached', 'lb', ['build'], folder);
    timed('', 'lb', ['clean', '--binary'], folder);
    timed('', 'lb', config, folder);
    timed('live-build: rebuild of the binary stage, its stages cached', 'lb', ['build'], folder);
  });
});

/** The first mirror of this machine's APT sources. */
function hostMirror(): string {
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI)'], { encoding: 'utf8' });
  return stdout.split('\n')[0] ?? '';
}
