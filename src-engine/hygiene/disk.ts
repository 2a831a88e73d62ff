import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { listOf, number, object, optional, text, type Shape } from '../../src-shared/shape';
import { exec } from '../system/exec';
import { findTool, installCommand } from '../system/executables';
import { extTree, type ExtTree } from './ext-tree';
import { firstBytes } from './readers';

/** Where an ext file system has its magic number, from its beginning. */
const EXT_MAGIC_BYTE = 1080;
const EXT_MAGIC = '53ef';

/** The formats that qemu-img reads, by the bytes at their beginning. */
const PACKED_DISKS: readonly (readonly [magic: string, format: string])[] = [
  ['QFI\xfb', 'qcow2'],
  ['KDMV', 'vmdk'],
  ['conectix', 'vpc'],
];

/** The answers of `qemu-img info` and `sfdisk`, as far as they are used. */
const INFORMATION = object('Information', '', { 'backing-filename': optional(text) });
const TABLE = object('Disk', '', {
  partitiontable: object('Table', '', {
    sectorsize: optional(number),
    partitions: optional(listOf(object('Partition', '', { start: number }))),
  }),
});

/** Parses what a tool printed. Throws `refused` for another form. */
function parsed<T>(shape: Shape<T>, json: string, tool: string): T {
  const value: unknown = JSON.parse(json);
  if (!shape.accepts(value)) throw new AppError('refused', `${tool} answered in an unknown form.`);
  return value;
}

/**
 * The file systems of a disk that can be read without a mount: ext2, ext3 and ext4, in partitions or alone. The disk is raw, also with
 * the footer of a fixed VHD, or a qcow2, VMDK or VHD file. `undefined` for a file of another kind.
 *
 * Throws `refused` for a disk without such a file system.
 *
 * @param folder an empty folder; a qcow2, VMDK or dynamic VHD file is unpacked in it
 */
export async function diskTrees(file: string, folder: string): Promise<ExtTree[] | undefined> {
  // debugfs reads options behind a question mark, and the path may have one.
  const disk = join(folder, 'disk');
  const format = await packedFormat(file);
  if (format === undefined) await symlink(file, disk);
  else await unpack(file, format, disk);
  const starts = await partitions(disk);
  if (starts === undefined && format === undefined && !(await hasExt(disk, 0))) return undefined;
  const readable: number[] = [];
  for (const start of starts ?? [0]) if (await hasExt(disk, start)) readable.push(start);
  if (readable.length === 0)
    throw new AppError(
      'refused',
      `${file} is a disk without a file system that can be opened: only ext2, ext3 and ext4 are read.`,
      'Check the image before it is packed into the disk.',
    );
  const all: ExtTree[] = [];
  for (const start of readable) {
    const name = starts === undefined ? 'disk' : `partition ${starts.indexOf(start) + 1}`;
    all.push(await extTree(name, start === 0 ? disk : `${disk}?offset=${start}`, folder));
  }
  return all;
}

async function packedFormat(file: string): Promise<string | undefined> {
  const beginning = (await firstBytes(file, 8)).toString('latin1');
  return PACKED_DISKS.find(([magic]) => beginning.startsWith(magic))?.[1];
}

/** Unpacks a disk to a sparse raw file. A disk that continues another file is refused: that file may be any of this host. */
async function unpack(file: string, format: string, to: string): Promise<void> {
  const tool = findTool('qemu-img');
  if (tool === undefined)
    throw new AppError('missing', 'qemu-img, which reads the disk, is not installed.', installCommand('qemu-utils'));
  const { stdout } = await exec([tool, 'info', '-f', format, '--output=json', file], { errorCode: 'refused' });
  const backing = parsed(INFORMATION, stdout, tool)['backing-filename'];
  if (backing !== undefined)
    throw new AppError(
      'refused',
      `${file} is only a part of a disk: the rest is in ${backing}.`,
      'Merge both into one file with qemu-img convert.',
    );
  await exec([tool, 'convert', '-f', format, '-O', 'raw', file, to], { errorCode: 'refused' });
}

/** Where the partitions of a disk begin, in bytes; `undefined` for a file without a partition table. */
async function partitions(disk: string): Promise<number[] | undefined> {
  const isMarked = (await firstBytes(disk, 2, 510)).toString('hex') === '55aa';
  if (!isMarked) return undefined;
  const tool = findTool('sfdisk');
  if (tool === undefined)
    throw new AppError('missing', 'sfdisk, which reads partitions, is not installed.', installCommand('fdisk'));
  const { code, stdout } = await exec([tool, '--json', disk], { errorCode: 'refused', okExitCodes: [0, 1] });
  if (code !== 0) return undefined;
  const { sectorsize = 512, partitions: found = [] } = parsed(TABLE, stdout, tool).partitiontable;
  return found.map(({ start }) => start * sectorsize);
}

const hasExt = async (disk: string, start: number): Promise<boolean> =>
  (await firstBytes(disk, 2, start + EXT_MAGIC_BYTE)).toString('hex') === EXT_MAGIC;
