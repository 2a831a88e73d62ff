import { AppError } from '../../src-shared/errors';
import type { BuildArea } from '../area/area';
import { acquireLock, type HeldLock } from '../area/lock';
import type { LockPurpose } from '../area/lock-file';
import { readJournal } from '../area/journal-file';
import { runNames } from '../area/run-names';
import { journalPath } from '../area/runs';
import type { KernelLock } from '../system/kernel-lock';
import { chooseContainment } from './containment';
import { endOrphans } from './orphans';
import { SpaceReserve } from './space-reserve';

/**
 * Takes the build area for this process. Afterwards no other process changes it: processes that a dead owner's steps
 * left running are ended, and damaged files are repaired. Both are reported on stderr.
 *
 * Throws `AppError('locked')` when another process holds the area, and `AppError('area')` when it cannot be written or
 * cleared.
 *
 * @param taking an attempt that has begun to take the kernel's lock
 */
export async function holdArea(
  area: BuildArea,
  purpose: LockPurpose,
  manifest: string,
  taking?: Promise<KernelLock | undefined>,
): Promise<HeldLock> {
  const lock = await acquire(area, purpose, manifest, taking);
  try {
    for (const notice of lock.notices) process.stderr.write(`${notice}\n`);
    const ended = lastRunEnded(area) ? undefined : await endOrphans(area);
    if (ended !== undefined) process.stderr.write(`Ended the remaining processes of an interrupted build: ${ended}.\n`);
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Takes the lock. On a full disk the lock file gets the reserved space, so that a prune or a rollback can free more.
 */
async function acquire(...[area, purpose, manifest, taking]: Parameters<typeof acquireLock>): Promise<HeldLock> {
  try {
    return await acquireLock(area, purpose, manifest, taking);
  } catch (error) {
    const isBusy = error instanceof AppError && error.code !== 'area';
    if (isBusy || !new SpaceReserve(area).release()) throw error;
    return acquireLock(area, purpose, manifest);
  }
}

/**
 * Whether the last run recorded its end. It does so after all of its steps have ended, so the process table need not be
 * searched. This holds only where the kernel keeps steps together, because elsewhere a step can kill the process that
 * does.
 */
function lastRunEnded(area: BuildArea): boolean {
  if (chooseContainment(false) !== 'namespaces') return false;
  const last = runNames(area).at(-1);
  try {
    return last !== undefined && readJournal(journalPath(area, last)).state !== 'running';
  } catch {
    return false; // it cannot be read: the process table is searched
  }
}
