import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { syncFolder } from './durable';
import { quote } from './shell-quote';
import { fileMode, folderMode } from './modes';

/**
 * Replaces a file so that a reader, and the next start after a crash or a power loss, finds the old content or the new
 * and never a part. When it returns, the new content is on the disk.
 *
 * Throws the system's error (full disk, read-only file system); then the file is unchanged.
 */
export function writeFileAtomically(path: string, content: string | Uint8Array, mode = fileMode()): void {
  replace(path, (partial) => writeSynced(partial, content, 'wx', mode));
  syncFolder(dirname(path));
}

/**
 * As `writeFileAtomically`, but a power loss may leave an empty file. For caches, which can be made again, and for
 * callers that force the content to the disk in another way.
 */
export function writeUnsynced(path: string, content: string | Uint8Array, mode = fileMode()): void {
  replace(path, (partial) => writeFileSync(partial, content, { mode, flag: 'wx' }));
}

function replace(path: string, write: (partial: string) => void): void {
  const partial = `${path}.${process.pid}.partial`;
  try {
    writeNew(partial, write);
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw withPath(error, path);
  }
}

/** Nothing is written through a link: an engine with the same pid, or another account, may have created the file. */
function writeNew(partial: string, write: (partial: string) => void): void {
  try {
    write(partial);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    rmSync(partial, { force: true });
    write(partial);
  }
}

/** Writes a file and forces it to the disk. With the flags `wx` the file must not exist. */
export function writeSynced(
  path: string,
  content: string | Uint8Array,
  flags: 'w' | 'wx' = 'w',
  mode = fileMode(),
): void {
  const file = openSync(path, flags, mode);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } catch (error) {
    throw withPath(error, path);
  } finally {
    closeSync(file);
  }
}

/** The error of a call on a descriptor has no path, so the path is added to the message. */
function withPath(error: unknown, path: string): unknown {
  const isNamed = !(error instanceof Error) || ('path' in error && error.path !== undefined);
  return isNamed ? error : Object.assign(error, { path });
}

/** Handles an error: `undefined` when a path does not exist. Throws any other error. */
export function ifMissing(error: unknown): undefined {
  if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
  throw error;
}

/** Reads a file; `undefined` when it does not exist. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch(ifMissing);
}

/** Larger state of the engine is not its own, and must not fill the memory. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;

/**
 * Reads a regular file. Opening a FIFO in its place would wait for a writer.
 *
 * Throws the system's error, or `AppError('area')` for what is not a file or is too large.
 */
export function readRegularFile(path: string, maxBytes = MAX_FILE_BYTES): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > maxBytes)
      throw new AppError('area', `${path} is not a file of Slipway.`, `Remove it: rm -rf -- ${quote(path)}`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** As `readIfThere`, but synchronous: for small local files a promise takes several times as long as the read. */
export function readIfThereSync(path: string): Buffer | undefined {
  try {
    return readRegularFile(path);
  } catch (error) {
    return ifMissing(error);
  }
}

/** Whether a path exists. A symbolic link is not followed, so a dangling one exists too. */
export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function makeFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}

/**
 * Creates a folder and its missing parents, with the permissions that the caller's umask allows. Node's own `recursive`
 * repeats forever where the parent exists and the system still reports ENOENT, as below /proc.
 */
export function makeFolders(path: string, mode = folderMode()): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    if (code !== 'ENOENT') throw error;
    // Another process may have made the parent meanwhile.
    if (!exists(dirname(path))) makeFolders(dirname(path), mode);
    makeFolder(path, mode);
  }
}
