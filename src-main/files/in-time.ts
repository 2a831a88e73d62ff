import { access } from 'node:fs/promises';
import { AppError } from '../../src-shared/errors';
import { beforeDeadline } from '../async/deadline';

/** Longer than a disk takes to spin up. */
const TIMEOUT_MS = 10_000;
const CHECK_TIMEOUT_MS = 1000;

/** Checks that have not ended, by path, so that a hanging file system does not take one thread of the app per check. */
const pending = new Map<string, Promise<boolean>>();

/**
 * Waits for a call on a file. A network file system that hangs would never answer. Throws `AppError('system')` after ten seconds; the call
 * itself cannot be ended.
 */
export async function inTime<T>(path: string, call: Promise<T>): Promise<T> {
  call.catch(() => undefined);
  const answer = await beforeDeadline(call, TIMEOUT_MS);
  if (answer === undefined)
    throw new AppError('system', `The file system of ${path} does not answer.`, 'Check the network or the disk.');
  return answer.value;
}

/** Whether something is at a path. A path that does not answer within a second counts as existing; opening it reports the problem. */
export async function isThere(path: string): Promise<boolean> {
  const running = pending.get(path);
  const check =
    running ??
    access(path)
      .then(
        () => true,
        () => false,
      )
      .finally(() => pending.delete(path));
  pending.set(path, check);
  return (await beforeDeadline(check, CHECK_TIMEOUT_MS))?.value ?? true;
}
