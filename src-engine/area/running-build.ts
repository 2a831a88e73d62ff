import { setTimeout as delay } from 'node:timers/promises';
import { AppError, reasonOf } from '../../src-shared/errors';
import { readJsonFile } from '../system/json-file';
import { isEngineIn, isProven, livenessOf } from '../system/processes';
import { runAs } from '../system/accounts';
import { systemError } from '../system/system-error';
import type { BuildArea } from './area';
import { LOCK_FILE_MISSING, lockOwner, lockPath, readLock, type LockOwner, type LockState } from './lock-file';
import { buildWithoutLockFile } from './unnamed-build';
import { writeCancelRequest, writePauseRequest } from './requests';
import { quote } from '../system/shell-quote';

/** A build that was asked to stop ends its step within ten seconds. A slow disk may take longer. */
const STOP_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 50;
/** An invisible owner may be killed without removing its lock file, so the kernel is asked. */
const LOCK_CHECK_INTERVAL_MS = 1000;

/** A build that starts holds the kernel's lock for a moment before its lock file and its journal can be read. */
const START_TIMEOUT_MS = 2000;

/**
 * The build that holds an area. It waits for the owner's name when the area is held without one. Throws
 * `AppError('refused')` when there is none, when another kind of operation holds it (a prune must not be interrupted),
 * or when it is on another host.
 */
export async function runningBuild(area: BuildArea): Promise<LockOwner> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let lock = readLock(area);
  let owner = ownerIn(area, lock);
  while (lock.kind === 'held' && !owner && Date.now() < deadline) {
    await delay(POLL_INTERVAL_MS);
    lock = readLock(area);
    owner = ownerIn(area, lock);
  }
  if (lock.kind === 'free' || lock.kind === 'stale')
    throw new AppError('refused', 'No build is running in this build area.');
  if (!owner)
    throw new AppError(
      'refused',
      `A process holds this build area, and it is not known to be a build: ${describeDamage(lock.damage)}.`,
      `Run "fuser -v -- ${quote(area.mountpoint)}", and stop the build with Ctrl-C or "kill PID". Do not stop a prune.`,
    );
  if (lock.kind === 'remote')
    throw new AppError(
      'refused',
      `The build is running on ${owner.host}.`,
      `Run the command on that host (process ${owner.pid}).`,
    );
  const { purpose = 'build' } = owner;
  if (purpose !== 'build') {
    const holder = purpose === 'prune' ? 'prune' : 'change of lines';
    throw new AppError(
      'refused',
      `No build is running in this build area: a ${holder} holds it (process ${owner.pid} on ${owner.host}).`,
      `Wait for the ${holder} to end. Do not stop it.`,
    );
  }
  return owner;
}

function ownerIn(area: BuildArea, lock: LockState): LockOwner | undefined {
  if (lock.kind === 'free') return undefined;
  return lock.owner ?? (lock.kind === 'held' ? buildWithoutLockFile(area) : undefined);
}

const describeDamage = (damage: string | undefined): string =>
  damage === LOCK_FILE_MISSING || damage === undefined
    ? 'its lock file is missing'
    : `its lock file cannot be read (${damage})`;

/**
 * Asks the build to stop, as Ctrl-C does: by a signal when it is certain to reach that process, otherwise by a request
 * in the area, which also reaches other PID namespaces. Throws `AppError('refused')` when this account may do neither.
 */
export function askToStop(area: BuildArea, owner: LockOwner): void {
  if (signal(area, owner)) return;
  if (owner.id === undefined)
    throw new AppError(
      'refused',
      `Process ${owner.pid} on ${owner.host} cannot be reached from here.`,
      `Cancel the build where it runs, as the account that started it (${owner.user}).`,
    );
  const lock = owner.id;
  leave(owner, () => writeCancelRequest(area, { lock }));
}

/** Asks the build to pause before a step; `null`: to run to its end. Throws `AppError('refused')` when this account may not. */
export function askToPause(area: BuildArea, owner: LockOwner, step: string | null): void {
  const { pid, id } = owner;
  leave(owner, () => writePauseRequest(area, { pid, step, ...(id !== undefined && { lock: id }) }));
}

/** Resolves when the owner no longer holds the area. Throws `AppError('refused')` when it does not end. */
export async function untilReleased(area: BuildArea, owner: LockOwner): Promise<void> {
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  let checkLockAt = Date.now() + LOCK_CHECK_INTERVAL_MS;
  while (holds(area, owner)) {
    const liveness = livenessOf(owner);
    if (liveness === 'dead') return;
    if (liveness !== 'alive' && Date.now() > checkLockAt) {
      if (readLock(area).kind !== 'held') return;
      checkLockAt = Date.now() + LOCK_CHECK_INTERVAL_MS;
    }
    if (Date.now() > deadline)
      throw new AppError(
        'refused',
        `The build was asked to stop and is still running: process ${owner.pid} on ${owner.host}.`,
        `End it there: kill -9 ${owner.pid}. Its checkpoints stay intact.`,
      );
    await delay(POLL_INTERVAL_MS);
  }
}

function holds(area: BuildArea, owner: LockOwner): boolean {
  const found = readJsonFile(lockPath(area), lockOwner);
  if (found.kind !== 'read') return readLock(area).kind === 'held';
  return found.value.id === owner.id && found.value.pid === owner.pid;
}

/**
 * Whether the signal was sent. It is sent only to an engine that is proven to be the owner, because any program can
 * write a lock file.
 */
function signal(area: BuildArea, owner: LockOwner): boolean {
  if (!isProven(owner) || !isEngineIn(area.mountpoint, owner.pid)) return false;
  try {
    process.kill(owner.pid, 'SIGTERM');
    // A build that was stopped with Ctrl-Z receives the first signal only when it continues.
    process.kill(owner.pid, 'SIGCONT');
    return true;
  } catch {
    return false; // it belongs to another account, or has just ended
  }
}

function leave({ user, pid, host }: LockOwner, write: () => void): void {
  try {
    write();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM')
      throw new AppError(
        'refused',
        `This account may not change the build of ${user} (process ${pid} on ${host}).`,
        runAs(user),
      );
    const { message, hint } = systemError(error) ?? { message: reasonOf(error), hint: undefined };
    throw new AppError('refused', `The request to the build cannot be written. ${message}`, hint);
  }
}
