import { access } from 'node:fs/promises';
import { AppError } from '../../src-shared/errors';
import { beforeDeadline } from '../async/deadline';

/** For a file system of a network that does not answer. A disk that has to spin up takes less. */
const TIMEOUT_MS = 10_000;
const LOOK_TIMEOUT_MS = 1000;

/** Checks that have not ended: a file system that hangs must not use up the threads of the app with one check after the other. */
const looking = new Map<string, Promise<boolean>>();

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
  const running = looking.get(path);
  const look =
    running ??
    access(path)
      .then(
        () => true,
        () => false,
      )
      .finally(() => looking.delete(path));
  looking.set(path, look);
  return (await beforeDeadline(look, LOOK_TIMEOUT_MS))?.value ?? true;
}
