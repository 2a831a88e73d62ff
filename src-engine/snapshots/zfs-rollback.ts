import { existsSync } from 'node:fs';
import type { ExecResult } from '../system/exec';
import type { Snapshot } from './backend';
import type { ZfsRunner } from './zfs-runner';

/**
 * zfs-fuse drops the caches of the whole machine after a rollback. That takes up to a second and is not needed, because
 * an unmounted file system has none. So `zfs` runs without effect on this file.
 */
const DROP_CACHES = '/proc/sys/vm/drop_caches';

/**
 * Destroys snapshots, then rolls back. zfs-fuse writes out the pool for each snapshot; several at the same time share
 * that. What fails is left to the rollback, which destroys the rest or reports why not.
 */
const DESTROY_FIRST = `
zfs=$1
goal=$2
shift 2
count=0
for snapshot in "$@"; do
  "$zfs" destroy "$snapshot" 2>/dev/null &
  count=$((count + 1))
  [ $((count % 12)) -ne 0 ] || wait
done
wait
exec "$zfs" rollback -r "$goal"
`;

/** Whether this host has zfs-fuse and not ZFS in the kernel. */
export const isZfsFuse = (): boolean => process.platform === 'linux' && !existsSync('/sys/module/zfs');

/**
 * Rolls a dataset back, which is not mounted, without checks.
 *
 * @param goal the id of the snapshot to roll back to
 * @param first snapshots to destroy before, newest first; the rollback destroys the others
 */
export async function rollBack(runner: ZfsRunner, goal: string, first: readonly Snapshot[]): Promise<ExecResult> {
  const plain = ['rollback', '-r', goal];
  // Where the machine's caches cannot be kept, they are dropped.
  if (!isZfsFuse() || process.getuid?.() !== 0) return runner.zfsWithRetry(plain);
  const keep = { maskedFile: DROP_CACHES };
  const [argv, options] =
    first.length === 0
      ? [plain, keep]
      : [[goal, ...first.map(({ id }) => id)], { ...keep, wrapper: ['/bin/sh', '-c', DESTROY_FIRST, 'sh'] }];
  const kept = await runner.zfsWithRetry(argv, options).catch(() => undefined);
  return kept && !kept.stderr.includes('unshare') ? kept : runner.zfsWithRetry(plain);
}
