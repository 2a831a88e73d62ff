import { readFileSync, statSync } from 'node:fs';
import { deviceNumber } from './mounts';
import { parseMountinfo } from './mount-table';

/**
 * Types of file systems that several machines may mount at the same time. There the kernel's lock may exclude only the
 * processes of this machine.
 */
const NETWORK_TYPES =
  /^(nfs4?|cifs|smb3?|smbfs|9p|afs|ceph|coda|gfs2?|ocfs2|lustre|beegfs|virtiofs|vboxsf|vmhgfs|prl_fs|ncpfs|fuse\.(sshfs|glusterfs|ceph(-fuse)?|rclone|s3fs|gcsfuse|davfs2?|vmhgfs-fuse|lizardfs|moosefs|juicefs|smbnetfs|curlftpfs|nfs))$/;

/**
 * Whether a path is on a file system that another machine may use at the same time. `false` where there is no /proc. A path whose file
 * system does not answer counts as one: a server that is gone does that, and its other machines may still use the path.
 */
export function isOnNetwork(path: string): boolean {
  let mountinfo: string;
  try {
    mountinfo = readFileSync('/proc/self/mountinfo', 'latin1');
  } catch {
    return false; // this system has no such table
  }
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats !== undefined && networkTypeOf(mountinfo, deviceNumber(stats.dev)) !== undefined;
  } catch (error) {
    return !['EACCES', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

/**
 * The type of the network file system on a device, `MAJOR:MINOR`, according to a text like `/proc/self/mountinfo`;
 * `undefined` for others.
 */
export function networkTypeOf(mountinfo: string, device: string): string | undefined {
  return parseMountinfo(mountinfo).find(({ node, type }) => node?.device === device && NETWORK_TYPES.test(type))?.type;
}
