import type { BuildArea } from '../../area/area';
import { lockPath, readLock, type LockState } from '../../area/lock-file';
import type { Check, Finding } from '../check';
import { quote } from '../../system/shell-quote';

/** Whether a process holds the build area. */
export function lockCheck(area: BuildArea): Check {
  const check = { id: 'lock', title: 'lock' };
  return { ...check, run: async () => [{ ...check, ...describe(readLock(area), area) }] };
}

function describe(lock: LockState, area: BuildArea): Pick<Finding, 'state' | 'detail' | 'fix'> {
  if (lock.kind === 'free') return { state: 'ok', detail: 'free' };
  const { kind, owner, damage } = lock;
  if (kind === 'stale')
    return {
      state: 'note',
      detail:
        owner === undefined
          ? `the lock file is damaged (${damage}): the next build replaces it`
          : `left by process ${owner.pid}, which has ended: the next build clears it`,
    };
  const holder = owner === undefined ? 'held by a process' : `held by process ${owner.pid} on ${owner.host}`;
  if (kind === 'held') return { state: 'missing', detail: holder, fix: 'Wait for that build, or stop it.' };
  return {
    state: 'missing',
    detail: holder,
    fix: `That host cannot be checked from here. When no build runs there, remove ${quote(lockPath(area))}.`,
  };
}
