import { expect, it } from 'vitest';
import { ArchiveCounts } from '../../../src-shared/boot-archive/counts';

const file = (path: string, after: number | null) => ({ path, type: 'file' as const, after });
const counts = new ArchiveCounts([
  file('boot_archive/lib/modules/6.1/ata/a.ko', 10),
  file('boot_archive/lib/modules/6.1/ata/deep/b.ko', 20),
  file('boot_archive/lib/modules/6.1/scsi/sd_mod.ko', 1),
  file('boot_archive/lib/modules/6.1/scsi/sr_mod.ko', 2),
  file('boot_archive/lib/modules/6.1/scsi/sg.ko', 4),
  file('boot_archive/removed', null),
  file('pkg_image/etc/hostname', 9),
  { path: 'boot_archive/etc', type: 'folder', after: 4096 },
  { path: 'boot_archive/etc/mtab', type: 'link', after: 12 },
]);

it.each([
  ['dir', 'lib/modules/*/ata', { files: 2, bytes: 30 }],
  ['dir', 'lib/modules/', { files: 5, bytes: 37 }],
  ['file', 'lib/modules/*/scsi/s[dr]_mod.ko', { files: 2, bytes: 3 }],
  ['file', 'lib/modules/6.1/scsi/s[!dr]*', { files: 1, bytes: 4 }],
  ['file', 'lib/modules/6.1/scsi/s?.ko', { files: 1, bytes: 4 }],
  ['file', 'lib/modules/6x1/scsi/sg.ko', { files: 0, bytes: 0 }],
  ['file', 'lib/modules/6.1/scsi/s', { files: 0, bytes: 0 }],
  ['dir', 'etc', { files: 1, bytes: 0 }],
  ['file', 'removed', { files: 0, bytes: 0 }],
])('The %s rule %s has %j in the archive.', (type, path, count) => {
  expect(counts.of({ kind: 'include', type, path })).toEqual(count);
});

it('What is left out of the archive cannot be counted there.', () => {
  expect(counts.of({ kind: 'exclude', type: 'dir', path: 'etc' })).toBeUndefined();
});
