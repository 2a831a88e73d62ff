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
  const records = join(area.stateFolder, 'checkpoints');
  const noFolders = entriesOf(area.stateFolder).filter(
    (entry) => FOLDERS.includes(entry.name) && !entry.isDirectory() && !entry.isSymbolicLink(),
  );
  const noFiles = [
    ...entriesOf(area.stateFolder).filter((entry) => FILES.includes(entry.name)),
    ...entriesOf(records),
  ].filter((entry) => !entry.isFile());
  return [
    ...noFolders.map((entry) => removed(join(area.stateFolder, entry.name), 'not a folder')),
    ...noFiles.map((entry) =>
      removed(
        join(FILES.includes(entry.name) ? area.stateFolder : records, entry.name),
        entry.isDirectory() ? 'a folder' : 'not a file',
      ),
    ),
  ];
}

function removed(path: string, what: string): string {
  rmSync(path, { recursive: true, force: true });
  return `${path} was ${what} and is removed.`;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // the write that follows reports why
  }
}
