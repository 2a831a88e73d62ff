import { existsSync } from 'node:fs';
import type { ExecResult } from '../system/exec';
import type { Snapshot } from './backend';
import type { ZfsRunner } from './zfs-runner';

/**
 * zfs-fuse drops the caches of the whole machine after a rollback. That takes up to a second and is not needed, because
 * an unmounted file system has none. So `zfs` runs in a mount namespace of its own, without effect on `drop_caches`.
 * The build data's mount is removed there as well, because a copy of it would keep the file system busy.
 *
 * A process that is started before the unmount waits here for the first line of its input. The other lines are
 * snapshots to destroy. zfs-fuse writes out the pool for each of them; several at the same time share that. What fails
 * is left to the rollback, which destroys the rest or reports why not.
 */
const SCRIPT = `
mount --bind /dev/null /proc/sys/vm/drop_caches 2>/dev/null
umount -- "$3" 2>/dev/null
IFS= read -r start || exit 1
count=0
while IFS= read -r snapshot; do
  "$1" destroy "$snapshot" 2>/dev/null &
  count=$((count + 1))
  [ $((count % 12)) -ne 0 ] || wait
done
wait
exec "$1" rollback -r "$2"
`;

/** A rollback that is prepared while its dataset is still mounted. */
export interface PreparedRollback {
  /**
   * Rolls the dataset back, which is unmounted now, without checks.
   *
   * @param first snapshots to destroy before, newest first; the rollback destroys the others
   */
  run(first: readonly Snapshot[]): Promise<ExecResult>;
  /** Does not roll back. */
  abandon(): void;
}

/** Whether this host has zfs-fuse and not ZFS in the kernel. */
export const isZfsFuse = (): boolean => process.platform === 'linux' && !existsSync('/sys/module/zfs');

/**
 * Prepares a rollback.
 *
 * @param id the snapshot to roll back to
 * @param mountpoint where its dataset is mounted
 */
export function prepareRollback({ zfs, zfsWithRetry }: ZfsRunner, id: string, mountpoint: string): PreparedRollback {
  const plain = (): Promise<ExecResult> => zfsWithRetry(['rollback', '-r', id]);
  // Where the machine's caches cannot be kept, they are dropped.
  if (!isZfsFuse() || process.getuid?.() !== 0) return { run: plain, abandon: () => undefined };
  let start: (input: string) => void = () => undefined;
  const input = new Promise<string>((resolve) => (start = resolve));
  // When it fails, the plain rollback is used and reports why.
  const running = zfs([id, mountpoint], { wrapper: KEEP_CACHES, input }).catch(() => undefined);
  return {
    async run(first) {
      start(['start', ...first.map((snapshot) => snapshot.id), ''].join('\n'));
      const result = await running;
      return result && !/unshare|busy|I\/O error/.test(result.stderr) ? result : plain();
    },
    abandon: () => start(''),
  };
}

const KEEP_CACHES = ['unshare', '--mount', '--propagation', 'slave', 'sh', '-c', SCRIPT, 'sh'] as const;
