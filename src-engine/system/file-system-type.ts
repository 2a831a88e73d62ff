import { statfsSync } from 'node:fs';

/** Types of file systems as statfs(2) of Linux reports them. */
const FILE_SYSTEM = {
  afs: 0x5346414f,
  bcachefs: 0xca451a4e,
  btrfs: 0x9123683e,
  ceph: 0x00c36400,
  cifs: 0xff534d42,
  exfat: 0x2011bab0,
  fat: 0x4d44,
  fuse: 0x65735546,
  nfs: 0x6969,
  ninep: 0x01021997,
  ntfs: 0x5346544e,
  ntfs3: 0x7366746e,
  overlay: 0x794c7630,
  smb: 0x517b,
  smb2: 0xfe534d42,
  vboxsf: 0x786f4256,
  xfs: 0x58465342,
  zfs: 0x2fc12fc1,
} as const;

/** Whether a path is on a file system of one of these types. Throws the system's error when that cannot be answered. */
export function isOnType(path: string, ...types: readonly (keyof typeof FILE_SYSTEM)[]): boolean {
  // The kernel's number may be signed.
  const type = Number(statfsSync(path).type) >>> 0;
  return types.some((name) => FILE_SYSTEM[name] === type);
}
