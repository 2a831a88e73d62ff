import { dirname } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { beforeDeadline } from '../async/deadline';

/** Longer than a disk takes to spin up. */
const TIMEOUT_MS = 10_000;

/**
 * Places whose file system does not answer, with the number of calls there that have not ended. Another call at or below such a place
 * fails at once: each would occupy a thread of the app, of which there are few.
 */
const hanging = new Map<string, number>();

/**
 * Waits for a call on a file. A network file system that hangs would never answer. Throws `AppError('system')` after ten seconds; the call
 * itself cannot be ended.
 *
 * @param place the folder or file that hangs when the call does
 */
export async function inTime<T>(
  path: string,
  call: () => Promise<T>,
  { place = path, milliseconds = TIMEOUT_MS } = {},
): Promise<T> {
  if (hangs(path)) throw noAnswer(path);
  const running = call();
  // A call that fails after its deadline must not be an unhandled rejection.
  running.catch(() => undefined);
  const answer = await beforeDeadline(running, milliseconds);
  if (answer !== undefined) return answer.value;
  hanging.set(place, (hanging.get(place) ?? 0) + 1);
  void running.then(ended, ended);
  throw noAnswer(path);

  function ended(): void {
    const left = (hanging.get(place) ?? 1) - 1;
    if (left > 0) hanging.set(place, left);
    else hanging.delete(place);
  }
}

/** Whether the path, or a folder above it, does not answer at present. */
function hangs(path: string): boolean {
  if (hanging.size === 0) return false;
  for (let at = path; ; at = dirname(at)) {
    if (hanging.has(at)) return true;
    if (dirname(at) === at) return false;
  }
}

const noAnswer = (path: string): AppError =>
  new AppError('system', `The file system of ${path} does not answer.`, 'Check the network or the disk.');
