import { readdirSync, rmSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { BuildArea } from './area';

const FOLDERS = ['snapshots', 'checkpoints'];
const FILES = ['lock', 'pause', 'cancel'];

/**
 * Removes entries with a wrong file type in the area's state folder, for instance a folder in the place of the lock
 * file. Links are left to the checks that refuse them. The caller holds the area.
 *
 * Returns a sentence for the user about each.
 */
export function repairPrivate(area: BuildArea): string[] {
  const notices: string[] = [];
  const remove = (folder: string, entry: Dirent): void => {
    const path = join(folder, entry.name);
    rmSync(path, { recursive: true, force: true });
    notices.push(`${path} was ${entry.isDirectory() ? 'a folder' : 'not a folder'} and is removed.`);
  };
  for (const entry of entriesOf(area.stateFolder)) {
    const isFolder = entry.isDirectory();
    if (FOLDERS.includes(entry.name) && !isFolder && !entry.isSymbolicLink()) remove(area.stateFolder, entry);
    if (FILES.includes(entry.name) && isFolder) remove(area.stateFolder, entry);
  }
  const records = join(area.stateFolder, 'checkpoints');
  for (const entry of entriesOf(records)) if (entry.isDirectory()) remove(records, entry);
  return notices;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // the write that follows reports why
  }
}
