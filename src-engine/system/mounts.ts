import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isOnType } from './file-system-type';

/**
 * Whether a file system is mounted exactly here: its device is not that of the folder above. This and the other
 * questions here throw the system's error when they cannot be answered, as on a damaged disk.
 */
export function isMountPoint(path: string): boolean {
  return unlessMissing(() => statSync(path).dev !== statSync(dirname(path)).dev, false);
}

/** Whether a path is on a FUSE file system, which zfs-fuse is and ZFS in the kernel is not. */
export function isFuse(path: string): boolean {
  return unlessMissing(() => isOnType(path, 'fuse'), false);
}

/** The device of a file's status as `/proc/PID/mountinfo` writes it: `MAJOR:MINOR`. */
export function deviceNumber(dev: number): string {
  return `${(dev >>> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`;
}

/** Whether a path is on overlayfs, whose layers may be on several file systems. */
export function isOverlay(path: string): boolean {
  return unlessMissing(() => isOnType(path, 'overlay'), false);
}

/** Whether a path is on btrfs. */
export function isBtrfs(path: string): boolean {
  return unlessMissing(() => isOnType(path, 'btrfs'), false);
}

/** Whether a path is on a file system in which an ordinary process can create subvolumes, which are parts of a tree with other devices. */
export function hasSubvolumes(path: string): boolean {
  return isBtrfs(path);
}

/** A path may be gone. Any other failure leaves the answer open, and is thrown. */
function unlessMissing<T>(at: () => T, otherwise: T): T {
  try {
    return at();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return otherwise;
    throw error;
  }
}
