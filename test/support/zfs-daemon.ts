import { lacksZfs, startDaemon, stopDaemon, zfsAnswers, hasKernelZfs } from './temp-zpool';

/** Starts one zfs-fuse for all test files of a project, where ZFS is zfs-fuse and none runs. It ends with the project. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (lacksZfs() !== undefined || hasKernelZfs() || zfsAnswers()) return undefined;
  const daemon = await startDaemon();
  return daemon && (() => stopDaemon(daemon));
}
