import { closeSync, openSync, readSync } from 'node:fs';

/** How the content of a disk image is stored. */
export type ImageFormat = 'raw' | 'qcow2' | 'vmdk';

/** The first bytes of formats that are not raw, by the suffix of their files. */
const MARKS: readonly (readonly [ImageFormat, RegExp, string])[] = [
  ['qcow2', /\.qcow2$/i, 'QFI\xfb'],
  ['vmdk', /\.vmdk$/i, 'KDMV'],
];

/**
 * The format of an image, by its suffix and its first bytes. Bytes alone do not count: a system could write them to its own raw
 * disk, and QEMU would open the files that they name. Throws what reading throws.
 */
export function imageFormat(path: string): ImageFormat {
  const [format, , mark] = MARKS.find(([, suffix]) => suffix.test(path)) ?? [];
  if (format === undefined || mark === undefined) return 'raw';
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(mark.length);
    return readSync(file, bytes) === mark.length && bytes.toString('latin1') === mark ? format : 'raw';
  } finally {
    closeSync(file);
  }
}

/** Whether an image is a disk that is built into a machine, not one that is plugged in. */
export const isBuiltIn = (path: string): boolean => /\.(raw|qcow2|vmdk|vhd)$/i.test(path);
