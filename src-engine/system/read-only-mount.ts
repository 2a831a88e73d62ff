import { accessSync, constants } from 'node:fs';
import { AppError, reasonOf } from '../../src-shared/errors';
import { AREA_DATASETS } from './area-datasets';
import { exec } from './exec';

/** Keeps no dataset of another build area busy where mounts are private. The folder's own stays. */
const DETACH_AREAS = `grep -E '^[^ ]*${AREA_DATASETS.replace(/\$$/, ' ')}' /proc/self/mounts | while read -r _ at _; do
  at=$(printf %b "$at"); case $folder/ in "$at"/*) ;; *) umount -l -- "$at" 2>/dev/null ;; esac
done`;

/**
 * Mounts a folder read-only onto itself and becomes a program in it. Arguments: the folder, then the program's argv.
 * The mount is visible only to that program and its children, and ends with the last of them.
 */
const MOUNT_AND_BECOME = `folder=$1; shift; ${DETACH_AREAS}
mount --bind -- "$folder" "$folder" && mount -o remount,bind,ro -- "$folder" && cd -- "$folder" && exec "$@"`;

/**
 * Whether a folder's file system is read-only for every account, like a snapshot of the file system; copies and clones
 * are writable.
 */
export function isReadOnly(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS';
  }
}

/**
 * The argv prefix that prevents a program from writing into a folder, even as root. It is tested before it is returned.
 *
 * Throws `unsupported` where the kernel does not permit it: macOS, many containers, hosts without user namespaces for
 * other users.
 */
export async function readOnlyMount(folder: string, what: string): Promise<string[]> {
  // `slave`: unmounts outside propagate into it, so that it keeps no file system busy.
  const own = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const prefix = ['unshare', ...own, '--mount', '--propagation', 'slave', 'sh', '-c', MOUNT_AND_BECOME, 'sh', folder];
  try {
    await exec(['env', ...prefix, 'true'], { errorCode: 'unsupported' });
  } catch (error) {
    throw new AppError(
      'unsupported',
      `A shell could write into the checkpoint of ${what}: this host keeps it as a plain folder and cannot mount that read-only. ` +
        reasonOf(error),
      'Read it with "distro_const ls" and "cat", or build on a file system with snapshots.',
    );
  }
  return prefix;
}
