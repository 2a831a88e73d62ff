import { statSync } from 'node:fs';
import type { BuildArea } from './area';

/**
 * Identifies the area by the device and inode of its folder, as `DEVICE:INODE`. A symbolic link, a bind mount or
 * another spelling of its path gives the same identity; another folder at the same path in another mount namespace
 * gives a different one.
 *
 * Valid until the file system is unmounted: for locks and marks of processes, not for records on disk. Throws the
 * system's error when the folder does not exist.
 */
export function areaIdentity(area: Pick<BuildArea, 'mountpoint'>): string {
  const { dev, ino } = statSync(area.mountpoint, { bigint: true });
  return `${dev}:${ino}`;
}
