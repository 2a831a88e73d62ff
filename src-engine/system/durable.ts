import { closeSync, fsyncSync, openSync } from 'node:fs';
import { exec } from './exec';

/** Errors of file systems that cannot sync a folder. There the rename itself has to suffice. */
const CANNOT_SYNC_FOLDERS = ['EINVAL', 'EBADF', 'ENOTSUP', 'EISDIR'];

/** Forces a file's content to the disk. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Forces a folder's entries to the disk, so that a rename or a new file in it survives power loss. */
export function syncFolder(path: string): void {
  try {
    syncFile(path);
  } catch (error) {
    if (!CANNOT_SYNC_FOLDERS.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/**
 * Forces everything written to the file system of a path to the disk. The time depends on what is still to be written
 * there.
 */
export async function syncFileSystem(path: string): Promise<void> {
  await exec(process.platform === 'linux' ? ['sync', '-f', path] : ['sync']);
}
