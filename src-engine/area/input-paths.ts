import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A folder that a script names is an input when it has no more entries. Otherwise the checkpoint's freshness is unknown. */
export const MAX_FOLDER_ENTRIES = 500;

/** Whether there is a file or folder at a path. */
export function isInputPath(path: string): boolean {
  try {
    const stats = statSync(path);
    return stats.isFile() || stats.isDirectory();
  } catch {
    return false;
  }
}

/** Whether there is anything at a path, for example a link that leads nowhere. */
export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Whether a path leads to a file. */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Whether a path leads to a folder. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Whether a folder has at most `MAX_FOLDER_ENTRIES` entries. One that cannot be listed counts as small: its state is then recorded as unreadable.
 */
export function isSmall(folder: string): boolean {
  let count = 0;
  const left = [folder];
  try {
    for (let at = left.pop(); at !== undefined; at = left.pop())
      for (const entry of readdirSync(at, { withFileTypes: true })) {
        if (++count > MAX_FOLDER_ENTRIES) return false;
        if (entry.isDirectory()) left.push(join(at, entry.name));
      }
  } catch {
    return true;
  }
  return true;
}
