import { lstatSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

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
