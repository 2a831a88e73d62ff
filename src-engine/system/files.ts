import { lstatSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a file so that a reader, or the next start after a crash of the engine, sees the old content or the new and never a part.
 * It is not forced to the disk: what power loss may cost here is a record beside a snapshot, and that is known to be missing.
 */
export function writeFileAtomically(path: string, content: string | Uint8Array): void {
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, content, { mode: 0o644 });
  renameSync(partial, path);
}

/** Reads a file that may not be there. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}

/** Whether a path names something. A symbolic link is not followed, so a dangling one exists too. */
export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Makes a folder and those above it, with mode 0755. Node's own `recursive` repeats forever where the parent exists and the system still
 * reports ENOENT, as below /proc.
 */
export async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o755 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || exists(dirname(path))) throw error;
    await makeFolders(dirname(path));
    await makeFolders(path);
  }
}
