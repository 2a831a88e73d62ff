import { join } from 'node:path';
import * as z from 'zod';
import { absent, lstat } from '../../system/files';

/**
 * The difference between a folder and another one that took its place later. `scripts` belongs to it, because all of a folder can be replaced without
 * the folder itself.
 */
export const folderIdentity = z.object({ folder: z.string(), scripts: z.string().optional() });

export type FolderIdentity = z.output<typeof folderIdentity>;

/** The identity of the folder at a path; `undefined` where no folder is. */
export async function identityOf(folder: string): Promise<FolderIdentity | undefined> {
  const [own, scripts] = await Promise.all([markOf(folder), markOf(join(folder, 'scripts'))]);
  return own === undefined ? undefined : { folder: own, ...(scripts !== undefined && { scripts }) };
}

/** Whether a folder is still the one that was trusted. A folder without scripts may get some: they are the user's own. */
export function isSameFolder(trusted: FolderIdentity, present: FolderIdentity | undefined): boolean {
  if (present?.folder !== trusted.folder) return false;
  return [trusted.scripts, undefined].includes(present.scripts) || trusted.scripts === undefined;
}

/**
 * The time of birth, which no program can set, to the nanosecond. Where the system does not keep it, the number of the inode: illumos,
 * where Node puts the time of the last change in its place, and some network file systems. The device is left out: on btrfs and ZFS, and
 * with removable disks, it differs after a restart.
 */
async function markOf(path: string): Promise<string | undefined> {
  const found = await lstat(path, { bigint: true }).catch(absent);
  if (!found) return undefined;
  const hasBirth = process.platform !== 'sunos' && found.birthtimeNs > 0n;
  return hasBirth ? `born-${found.birthtimeNs}` : `inode-${found.ino}`;
}
