import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  absent,
  access,
  lstat,
  readdir,
  chmod,
  chown,
  makeFolders,
  onOpenFile,
  open,
  realpath,
  rename,
  rm,
  stat,
  type FileHandle,
} from '../system/files';
import { dirname, join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { explainFailure } from '../../src-shared/explain-failure';

const CHUNK_BYTES = 256 * 1024;

/** Much longer than a save takes. */
const ABANDONED_MS = 3_600_000;

/** Prefix of the names of temporary files. */
const HALF_WRITTEN = '.slipway-';

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
    absent(error);
    throw new AppError(
      'missing',
      error.code === 'ENOENT'
        ? `${path} does not exist.`
        : `${path} cannot be read: ${explainFailure(error.code, error.message)}.`,
      'Choose another file.',
    );
  });
  if (!found.isFile())
    throw new AppError(
      'manifest',
      `${path} is ${found.isDirectory() ? 'a folder' : 'a device, a pipe or a socket'}.`,
      found.isDirectory() ? 'Choose its manifest.xml.' : 'Choose a file.',
    );
  if (found.size > limit)
    throw new AppError(
      'manifest',
      `${path} has ${found.size} bytes; at most ${limit} are read.`,
      'A manifest has a few kilobytes. Check that this is the right file.',
    );
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    absent(error);
    throw unreadable(path, error);
  });
  try {
    // The file may have been replaced between the check and the open.
    const found = await onOpenFile(path, () => file.stat());
    if (!found.isFile() || found.size > limit)
      throw new AppError('manifest', `${path} was replaced by another file while it was opened.`, 'Open it again.');
    return await readToEnd(path, file, limit);
  } finally {
    // Everything was read; a failed close changes nothing.
    await onOpenFile(path, () => file.close()).catch(() => undefined);
  }
}

/** The error of a file that was found, but cannot be read. */
const unreadable = (path: string, { code, message }: NodeJS.ErrnoException): AppError =>
  new AppError(
    'missing',
    `${path} cannot be read: ${explainFailure(code, message)}.`,
    code === 'EACCES' ? 'Ask for permission to read it.' : 'Choose another file.',
  );

/** Reads to the end of the file, which may be another than its size: files grow, and those of `/proc` report none. */
async function readToEnd(path: string, file: FileHandle, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let size = 0; ;) {
    const read = onOpenFile(path, () => file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES));
    const { bytesRead, buffer } = await read.catch((error: NodeJS.ErrnoException) => {
      throw absent(error) ?? unreadable(path, error);
    });
    if (bytesRead === 0) return Buffer.concat(chunks);
    size += bytesRead;
    if (size > limit)
      throw new AppError('manifest', `${path} has more than ${limit} bytes.`, 'Check that this is the right file.');
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

/**
 * Replaces a file atomically: readers see the old bytes or the new ones. Mode and owner stay; a link's target is written, not the link. The
 * folder is not made: one that went away, for example with its disk, is not replaced by an empty one.
 *
 * @param mode of a new file, narrowed by the umask
 * @param hint for the user when the file cannot be written
 */
export async function writeAtomically(
  path: string,
  bytes: Uint8Array | string,
  mode = 0o666,
  hint = 'Save it elsewhere with Save as.',
): Promise<void> {
  const target = await realpath(path).catch((error: unknown) => absent(error) ?? path);
  const old = await stat(target).catch(absent);
  const temporary = join(dirname(target), `${HALF_WRITTEN}${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await onOpenFile(temporary, () => file.writeFile(bytes));
      await onOpenFile(temporary, () => file.sync());
    } finally {
      await onOpenFile(temporary, () => file.close());
    }
    if (old) await chmod(temporary, old.mode & 0o7777);
    if (old && process.getuid?.() === 0) await chown(temporary, old.uid, old.gid);
    await rename(temporary, target);
    // The save has succeeded; the next one cleans again.
    await removeAbandoned(dirname(target)).catch(() => undefined);
  } catch (error) {
    // The error of the save counts; a later save removes the file.
    await rm(temporary, { force: true }).catch(() => undefined);
    if (error instanceof AppError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw folderGone(dirname(path));
    throw new AppError('refused', `${path} cannot be written: ${explainFailure(code, message)}.`, hint);
  }
}

/** Removes temporary files of apps that were killed while they saved. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(HALF_WRITTEN) || !/^[0-9a-f]{12}$/.test(name.slice(HALF_WRITTEN.length))) continue;
    const found = await lstat(join(folder, name));
    if (found.isFile() && Date.now() - found.mtimeMs > ABANDONED_MS) await rm(join(folder, name), { force: true });
  }
}

/** The state's folder is not chosen in the window. */
const STATE_HINT =
  'Free space there or correct its permissions, or start Slipway with `SLIPWAY_STATE` set to another folder.';

/** Writes a file of the app's state, which only this account may read. Makes its folder. */
export async function writeState(path: string, bytes: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  await makeFolders(folder, 0o700).catch((error: NodeJS.ErrnoException) => {
    absent(error);
    const reason = explainFailure(error.code, error.message);
    throw new AppError('refused', `${folder} cannot be created: ${reason}.`, STATE_HINT);
  });
  await writeAtomically(path, bytes, 0o600, STATE_HINT);
}

/** Throws `refused` when a document's folder no longer exists. */
export async function assertFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(absent);
  if (!found?.isDirectory()) throw folderGone(folder);
}

const folderGone = (folder: string): AppError =>
  new AppError(
    'refused',
    `The folder ${folder} no longer exists.`,
    'Connect its disk again, or save the manifest elsewhere with Save as.',
  );

/** Whether this process may write a file. A file without any write bit counts as read-only for root too. */
export async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return ((await stat(path)).mode & 0o222) !== 0;
  } catch {
    return false; // the account has no permission, or the file is gone
  }
}

/** Throws `AppError('refused')` for a file that is read-only: replacing it by renaming would need no right to write it. */
export async function assertWritable(path: string): Promise<void> {
  const found = await stat(path).catch(absent);
  if (found && !(await isWritable(path)))
    throw new AppError('refused', `${path} is read-only.`, 'Make it writable, or save it elsewhere with Save as.');
}
