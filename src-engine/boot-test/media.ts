import { open, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { imageFormat } from './image-format';
import { ifMissing } from '../system/files';

/** A finished file of a build area. */
export interface MediaFile {
  readonly name: string;
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly modified: number;
  /** Differs between a file and its replacement of the same size and time. */
  readonly inode: number;
  readonly bootable: 'cdrom' | 'disk' | null;
}

/**
 * The files of a media folder, sorted by name; none when the folder is missing. Links, folders and hidden files are
 * skipped.
 */
export async function listMedia(folder: string): Promise<MediaFile[]> {
  const found = await Promise.all(
    (await visibleNames(folder)).map(async (name) => {
      const file = await mediaFile(folder, name);
      // Booting a file that this account cannot read reports why.
      return file && { ...file, bootable: await bootableAs(file.path).catch(() => null) };
    }),
  );
  return found.flatMap((file) => (file ? [file] : [])).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** How many files `listMedia` would return, without opening any. */
export async function countMedia(folder: string): Promise<number> {
  const files = await Promise.all((await visibleNames(folder)).map((name) => mediaFile(folder, name)));
  return files.filter((file) => file !== undefined).length;
}

async function visibleNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new AppError('area', `${folder} cannot be read: ${error.message}.`);
  });
  return names.filter((name) => !name.startsWith('.'));
}

/** One file of a media folder. Throws `missing` when there is none of this name. */
export async function mediumNamed(folder: string, name: string): Promise<MediaFile> {
  const file = name.includes('/') ? undefined : await mediaFile(folder, name);
  if (file) return { ...file, bootable: await bootableAs(file.path) };
  throw new AppError(
    'missing',
    `There is no ${name} in ${folder}.`,
    'List the files with: distro_const media MANIFEST',
  );
}

async function mediaFile(folder: string, name: string): Promise<Omit<MediaFile, 'bootable'> | undefined> {
  const path = join(folder, name);
  const stats = await lstat(path).catch(ifMissing);
  if (!stats?.isFile()) return undefined;
  return { name, path, size: stats.size, modified: stats.mtimeMs / 1000, inode: stats.ino };
}

const ISO_VOLUME = 0x8001;
const GPT = 0x200;
const MBR_MARK = 0x1fe;

/**
 * How an image boots, by its content: ISO 9660 as a CD, a boot sector or a partition table as a disk, otherwise `null`. qcow2 and VMDK
 * files are disks.
 *
 * An image with both boots both ways. It is treated as a CD unless its name ends with .usb, .img or .raw.
 */
async function bootableAs(path: string): Promise<MediaFile['bootable']> {
  if (imageFormat(path) !== 'raw') return 'disk';
  const file = await open(path, 'r');
  try {
    const has = async (at: number, mark: string): Promise<boolean> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(mark.length), 0, mark.length, at);
      return buffer.toString('latin1', 0, bytesRead) === mark;
    };
    const isDisk = (await has(MBR_MARK, '\x55\xaa')) || (await has(GPT, 'EFI PART'));
    if (await has(ISO_VOLUME, 'CD001')) return isDisk && /\.(usb|img|raw)$/i.test(path) ? 'disk' : 'cdrom';
    return isDisk ? 'disk' : null;
  } finally {
    await file.close();
  }
}
