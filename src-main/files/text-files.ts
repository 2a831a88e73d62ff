import { createHash, randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { access, chmod, chown, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../src-shared/errors';

/** How the names of our files begin that are being written. */
export const HALF_WRITTEN = '.slipway-';

/** Identifies bytes. */
export function versionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Reads a regular file of at most `limit` bytes. Throws `AppError`: `missing` when it cannot be read, `manifest` for a folder, a device
 * or a file that is too large; nothing is read of those.
 */
export async function readBounded(path: string, limit: number): Promise<Buffer> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new AppError(
      'missing',
      error.code === 'ENOENT' ? `${path} does not exist.` : `${path} cannot be read (${error.code ?? error.message}).`,
      'Choose another file.',
    );
  });
  if (!found.isFile())
    throw new AppError(
      'manifest',
      `${path} is ${found.isDirectory() ? 'a folder' : 'not a file'}.`,
      'Choose its manifest.xml.',
    );
  if (found.size > limit)
    throw new AppError(
      'manifest',
      `${path} has ${found.size} bytes; at most ${limit} are read.`,
      'A manifest is a few kilobytes: is this the right file?',
    );
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    throw new AppError(
      'missing',
      `${path} cannot be read (${error.code ?? error.message}).`,
      'Ask for the right to read it.',
    );
  });
  try {
    // What was looked at may have been replaced before it was opened.
    const { size } = await file.stat();
    if (size > limit) throw new AppError('manifest', `${path} has ${size} bytes; at most ${limit} are read.`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Replaces a file at once: readers see the old bytes or the new ones. Mode and owner stay; a link's target is written, not the link. */
export async function writeAtomically(path: string, bytes: Uint8Array | string, mode = 0o644): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const old = await stat(target).catch(() => undefined);
  const temporary = join(dirname(target), `${HALF_WRITTEN}${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(dirname(target), { recursive: true });
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(temporary, old ? old.mode & 0o7777 : mode);
    if (old && process.getuid?.() === 0) await chown(temporary, old.uid, old.gid);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AppError('refused', `${path} cannot be written (${code ?? message}).`, 'Save it elsewhere with Save as.');
  }
}

/** Whether this process may write a file. One without any write bit is meant to stay as it is: root, who may, is told no too. */
export async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return ((await stat(path)).mode & 0o222) !== 0;
  } catch {
    return false;
  }
}

/** Throws `AppError('refused')` for a file that is read-only: replacing it by renaming would need no right to write it. */
export async function assertWritable(path: string): Promise<void> {
  if (existsSync(path) && !(await isWritable(path)))
    throw new AppError('refused', `${path} is read-only.`, 'Make it writable, or save it elsewhere with Save as.');
}
