import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { AppError, reasonOf } from '../../src-shared/errors';
import { exec } from '../system/exec';

const BLOCK_BYTES = 4 * 1024 * 1024;
/** Progress is that of the disk, not of the page cache. */
const SYNC_BYTES = 64 * 1024 * 1024;
const SECTOR_BYTES = 512;
/** The backup of a GPT at the end of a disk: header and table. */
const BACKUP_GPT_BYTES = 33 * SECTOR_BYTES;
/** A disk that was removed, is too small by its own account, or cannot be read. */
const LOST = new Set(['EIO', 'ENXIO', 'ENODEV', 'ENOSPC', 'ENOMEDIUM', 'EREMOTEIO', 'ESTALE']);

/** Is called after each block with the bytes that are done. */
export type OnProgress = (phase: 'write' | 'compare', bytes: number) => void;

/**
 * Opens a disk that no other program has open. Throws `AppError` when it is in use, or when the account may not.
 *
 * @param command the command that a user without the right can run
 */
export async function openDisk(device: string, isWritten: boolean, command: string): Promise<FileHandle> {
  const flags = (isWritten ? constants.O_RDWR : constants.O_RDONLY) | constants.O_EXCL;
  try {
    return await open(device, flags);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EBUSY')
      throw new AppError('refused', `${device} is in use. Nothing was written.`, 'Unmount it, or end what uses it.');
    if (code === 'EACCES' || code === 'EPERM')
      throw new AppError('system', `This account may not open ${device}.`, `Run: sudo ${command}`);
    if (LOST.has(code ?? '')) throw new AppError('missing', `${device} was removed.`, 'Insert it again.');
    throw new AppError('system', `${device} cannot be opened: ${reasonOf(error)}`);
  }
}

/** Writes the image to the beginning of the disk, and waits until the disk has it. Removes the backup of an older GPT. */
export async function writeImage(
  image: FileHandle,
  disk: FileHandle,
  sizes: { readonly image: number; readonly disk: number },
  onProgress: OnProgress,
): Promise<void> {
  let unsynced = 0;
  for await (const { block, at } of blocksOf(image, sizes.image)) {
    await doing('write', at, async () => {
      for (let done = 0; done < block.length;)
        done += (await disk.write(block, done, block.length - done, at + done)).bytesWritten;
      if ((unsynced += block.length) < SYNC_BYTES) return;
      await disk.sync();
      unsynced = 0;
    });
    onProgress('write', at + block.length);
  }
  await doing('write', sizes.image, async () => {
    await removeBackupGpt(disk, sizes);
    await disk.sync();
  });
}

/**
 * Compares the beginning of the disk with the image, past the page cache. Returns the SHA-256 of the image, in hex.
 * Throws `AppError('system')` with the place of the first difference.
 */
export async function compareImage(
  image: FileHandle,
  disk: FileHandle,
  device: string,
  bytes: number,
  onProgress: OnProgress,
): Promise<string> {
  await exec(['blockdev', '--flushbufs', device], { errorCode: 'system' });
  const hash = createHash('sha256');
  const found = Buffer.alloc(BLOCK_BYTES);
  for await (const { block, at } of blocksOf(image, bytes)) {
    const read = await doing('compare', at, () => fill(disk, found.subarray(0, block.length), at));
    if (read < block.length) throw lost('compare', at + read);
    if (!block.equals(found.subarray(0, block.length))) {
      const place = at + block.findIndex((byte, n) => byte !== found[n]);
      throw new AppError(
        'system',
        `${device} differs from the image at byte ${place}. It cannot be used.`,
        'Write the image again. When that fails as well, the disk is damaged or has less space than it reports: use another one.',
      );
    }
    hash.update(block);
    onProgress('compare', at + block.length);
  }
  return hash.digest('hex');
}

/** The blocks of the image. Throws when it ends early, because it is being written again. */
async function* blocksOf(image: FileHandle, bytes: number): AsyncGenerator<{ block: Buffer; at: number }> {
  const buffer = Buffer.alloc(BLOCK_BYTES);
  for (let at = 0; at < bytes; at += BLOCK_BYTES) {
    const block = buffer.subarray(0, Math.min(BLOCK_BYTES, bytes - at));
    if ((await fill(image, block, at)) < block.length)
      throw new AppError(
        'conflict',
        'The image became shorter while it was read.',
        'Wait for the build, and write again.',
      );
    yield { block, at };
  }
}

async function fill(file: FileHandle, buffer: Buffer, at: number): Promise<number> {
  let done = 0;
  while (done < buffer.length) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/** Otherwise tools find two partition tables and offer to restore the old one. */
async function removeBackupGpt(
  disk: FileHandle,
  sizes: { readonly image: number; readonly disk: number },
): Promise<void> {
  const start = sizes.disk - BACKUP_GPT_BYTES;
  if (start < sizes.image) return;
  const header = Buffer.alloc(8);
  await disk.read(header, 0, header.length, sizes.disk - SECTOR_BYTES);
  if (header.toString('latin1') === 'EFI PART')
    await disk.write(Buffer.alloc(BACKUP_GPT_BYTES), 0, BACKUP_GPT_BYTES, start);
}

async function doing<T>(phase: 'write' | 'compare', at: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw LOST.has((error as NodeJS.ErrnoException).code ?? '') ? lost(phase, at) : error;
  }
}

const lost = (phase: 'write' | 'compare', at: number): AppError =>
  new AppError(
    'system',
    `The disk ${phase === 'write' ? 'took no more data' : 'could not be read'} at byte ${at}: it was removed, or it is damaged. What is on it cannot be used.`,
    'Insert it again, or use another one, and write the image again.',
  );
