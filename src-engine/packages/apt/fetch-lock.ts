import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../src-shared/errors';
import { takeKernelLock } from '../../system/kernel-lock';

/** The time that a fetch waits for another one, such as that of a second window. A fetch has the same limit. */
export const FETCH_TIMEOUT_MS = 900_000;
const INTERVAL_MS = 500;

/**
 * Runs a fetch while no other process fetches into the same folder. Where the file system has no locks, APT's own lock
 * remains.
 *
 * Throws `AppError('locked')` when another process fetches for too long.
 *
 * @param isFetched whether another process has fetched since this call began. Then nothing is fetched again.
 * @param fetch is called again while it returns `busy`, because a process of another version may hold only APT's lock
 */
export async function whileAlone(
  folder: string,
  isFetched: () => Promise<boolean>,
  fetch: () => Promise<'done' | 'busy'>,
): Promise<void> {
  const deadline = Date.now() + FETCH_TIMEOUT_MS;
  for (;;) {
    const lock = takeKernelLock(folder);
    if (lock !== 'denied')
      try {
        if ((await isFetched()) || (await fetch()) === 'done') return;
      } finally {
        if (lock !== 'unsupported') lock.release();
      }
    if (Date.now() > deadline)
      throw new AppError(
        'locked',
        `Another process has been fetching these package lists for ${FETCH_TIMEOUT_MS / 60_000} minutes.`,
        'Try again when it has ended.',
      );
    await delay(INTERVAL_MS);
  }
}
