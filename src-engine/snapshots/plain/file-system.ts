import { lstatSync, statfsSync } from 'node:fs';

/** Types of file systems (statfs(2)) whose inode numbers or change times prove nothing. */
const UNCERTAIN: ReadonlySet<number> = new Set([
  0x65735546, // FUSE
  0x2011bab0, // exFAT
  0x4d44, // FAT
  0x5346544e, // NTFS
  0x7366746e, // NTFS3
  0x6969, // NFS
  0x01021997, // 9P
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB2
  0x786f4256, // VirtualBox shared folder
  0x5346414f, // AFS
  0x00c36400, // Ceph
]);

/**
 * Whether equal inode number, change time and size prove that a file is unchanged. Otherwise its content is compared.
 *
 * @param buildData the live tree
 * @param store the folder with the snapshots, whose file system stores the recorded stamps
 */
export function hasCertainStamps(buildData: string, store: string): boolean {
  if (lstatSync(buildData).dev !== lstatSync(store).dev) return false;
  return !UNCERTAIN.has(Number(statfsSync(buildData).type) >>> 0);
}
