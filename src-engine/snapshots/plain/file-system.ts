import { lstatSync } from 'node:fs';
import { isOnType } from '../../system/file-system-type';

/** File systems whose inode numbers or change times prove nothing. */
const UNCERTAIN = [
  'afs',
  'ceph',
  'cifs',
  'exfat',
  'fat',
  'fuse',
  'nfs',
  'ninep',
  'ntfs',
  'ntfs3',
  'smb',
  'smb2',
  'vboxsf',
] as const;

/**
 * Whether equal inode number, change time and size prove that a file is unchanged. Otherwise its content is compared.
 *
 * @param buildData the live tree
 * @param store the folder with the snapshots, whose file system stores the recorded stamps
 */
export function hasCertainStamps(buildData: string, store: string): boolean {
  return lstatSync(buildData).dev === lstatSync(store).dev && !isOnType(buildData, ...UNCERTAIN);
}
