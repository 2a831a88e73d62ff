import type { FileHandle } from 'node:fs/promises';
import { AppError } from '../../src-shared/errors';

const SECTOR_BYTES = 512;
/** Formats that a virtual machine reads and a computer's firmware does not: how a file begins, or its last sector. */
const VIRTUAL: readonly (readonly [string, 'start' | 'end', string])[] = [
  ['QFI\xfb', 'start', 'qcow2'],
  ['KDMV', 'start', 'VMDK'],
  ['conectix', 'end', 'VHD'],
];

/** Throws `AppError('refused')` when a computer could not start from a disk that begins with this file. */
export async function assertStarts(image: FileHandle, name: string, bytes: number): Promise<void> {
  const [first, last] = await Promise.all([sector(image, 0), sector(image, Math.max(0, bytes - SECTOR_BYTES))]);
  const virtual = VIRTUAL.find(([text, place]) =>
    (place === 'start' ? first : last).toString('latin1').startsWith(text),
  );
  if (virtual)
    throw new AppError(
      'refused',
      `${name} is a ${virtual[2]} file, which only virtual machines read.`,
      'Write an ISO, USB or raw image, or convert it: qemu-img convert -O raw.',
    );
  if (first[510] === 0x55 && first[511] === 0xaa) return;
  throw new AppError(
    'refused',
    `${name} has no boot sector: no computer would start from a disk with it.`,
    'Write an ISO, USB or raw image.',
  );
}

async function sector(file: FileHandle, at: number): Promise<Buffer> {
  const buffer = Buffer.alloc(SECTOR_BYTES);
  await file.read(buffer, 0, SECTOR_BYTES, at);
  return buffer;
}
