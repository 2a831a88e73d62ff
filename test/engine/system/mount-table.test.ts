import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MountTable, parseMnttab, parseMountinfo, parseMountOutput } from '../../../src-engine/system/mount-table';
import { quoteBytes } from '../../../src-engine/system/shell-quote';

const table = (...lines: string[]): MountTable => new MountTable(parseMountinfo(lines.join('\n')));
const ROOT = '1 0 254:0 / / rw - ext4 /dev/vda rw';
const inside = (mounts: MountTable, folder: string): string[] => mounts.inside(folder).map(({ path }) => path);

describe('the mount table', () => {
  it('finds mounts strictly below a folder, innermost first, and none of a neighbour with a longer name', () => {
    const mounts = table(
      ROOT,
      '2 1 0:5 / /none/data rw - tmpfs none rw',
      '3 2 0:6 / /none/data/a rw shared:1 master:2 - tmpfs none rw',
      '4 3 0:7 / /none/data/a/b rw - proc proc rw',
      '5 1 0:8 / /none/data2/a rw - tmpfs none rw',
    );
    expect(inside(mounts, '/none/data')).toEqual(['/none/data/a/b', '/none/data/a']);
    expect(mounts.at('/none/data').map(({ type }) => type)).toEqual(['tmpfs']);
  });

  it('finds a bind mount of a folder of the same file system', () => {
    const mounts = table(ROOT, '2 1 254:0 /home /none/data/cache rw - ext4 /dev/vda rw');
    expect(inside(mounts, '/none/data')).toEqual(['/none/data/cache']);
  });

  it('finds a mount made through another path of the same folder', () => {
    const mounts = table(
      ROOT,
      '2 1 254:0 /none/area /none/bound rw - ext4 /dev/vda rw',
      '3 1 0:9 / /none/area/data/x rw - tmpfs t rw',
    );
    expect(inside(mounts, '/none/bound/data')).toEqual(['/none/area/data/x']);
    expect(mounts.at('/none/bound/data/x').map(({ path }) => path)).toEqual(['/none/area/data/x']);
  });

  it('does not count a mount that another file system covers', () => {
    const mounts = table(
      ROOT,
      '2 1 0:5 / /none/data/x rw - tmpfs hidden rw',
      '3 1 0:6 / /none rw - tmpfs covering rw',
      '4 3 0:7 / /none/data/y rw - tmpfs visible rw',
    );
    expect(inside(mounts, '/none/data')).toEqual(['/none/data/y']);
  });

  it('lists several mounts at one path, the visible one first', () => {
    const mounts = table(
      ROOT,
      '2 1 0:5 / /none/data rw - fuse.zfs pool/area/build_data rw',
      '3 2 0:6 / /none/data rw - tmpfs over rw',
    );
    expect(mounts.at('/none/data').map(({ source }) => source)).toEqual(['over', 'pool/area/build_data']);
    expect(inside(mounts, '/none/data')).toEqual([]);
  });

  it('finds what shows a part of the folder elsewhere', () => {
    const mounts = table(
      '1 0 0:30 /root / rw - btrfs /dev/vda rw',
      '2 1 0:30 /root/none/data/sub /mnt rw - btrfs /dev/vda rw',
    );
    expect(mounts.showing('/none/data').map(({ path }) => path)).toEqual(['/mnt']);
    expect(mounts.showing('/none/dat')).toEqual([]);
  });

  it('reads spaces, newlines, backslashes and bytes that are not UTF-8 in paths', () => {
    const [mount] = parseMountinfo('2 1 0:5 / /a\\040b\\012c\\134d\xff rw - tmpfs none rw');
    expect(mount?.path).toBe('/a b\nc\\d\xff');
  });

  it('works with a table without places, as in a chroot whose root is no mount', () => {
    const mounts = table('5 4 0:7 / /none/data/x rw - tmpfs none rw');
    expect(inside(mounts, '/none/data')).toEqual(['/none/data/x']);
  });

  it('reads the tables of illumos and macOS', () => {
    expect(parseMnttab('pool/a\t/pool/a b\tzfs\trw,dev=1\t1500\n')).toEqual([
      { path: '/pool/a b', type: 'zfs', source: 'pool/a' },
    ]);
    expect(
      parseMountOutput('/dev/disk1s1 on /Volumes/a on b (apfs, local, nodev)\nmap auto on /net (autofs)\n'),
    ).toEqual([
      { path: '/Volumes/a on b', type: 'apfs', source: '/dev/disk1s1' },
      { path: '/net', type: 'autofs', source: 'map auto' },
    ]);
  });

  const folder = mkdtempSync(join(tmpdir(), 'slipway-table-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('follows symbolic links in the path of the folder', () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    const mounts = table(ROOT, `2 1 0:5 / ${join(folder, 'real/data/x')} rw - tmpfs none rw`);
    expect(inside(mounts, join(folder, 'link/data'))).toEqual([join(folder, 'real/data/x')]);
  });

  it.skipIf(process.platform !== 'linux')('is read from this system (skipped where there is no /proc)', async () => {
    expect((await MountTable.read()).at('/proc')[0]?.type).toBe('proc');
  });
});

describe('a path in a command to paste', () => {
  it.each([
    ["/a b'c", "'/a b'\\''c'"],
    ['/a\nb\xff', "$'/a\\012b\\377'"],
    [Buffer.from('/größe').toString('latin1'), "'/größe'"],
  ])('is quoted: %j', (path, quoted) => expect(quoteBytes(path)).toBe(quoted));
});
