import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../src-shared/errors';
import { takeKernelLock } from '../../system/kernel-lock';

/** The time that a fetch waits for another one, such as that of a second window. */
const TIMEOUT_MS = 300_000;
const INTERVAL_MS = 250;

/**
 * Runs a fetch while no other process fetches into the same folder. Throws `AppError('locked')` when another one does for
 * too long. Where the file system has no locks, APT's own lock remains.
 *
 * @param fetch is called with whether another process has fetched meanwhile
 */
export async function whileAlone<T>(folder: string, fetch: (hasWaited: boolean) => Promise<T>): Promise<T> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (let hasWaited = false; ; hasWaited = true) {
    const lock = takeKernelLock(folder);
    if (lock === 'unsupported') return fetch(hasWaited);
    if (lock !== 'denied')
      try {
        return await fetch(hasWaited);
      } finally {
        lock.release();
      }
    if (Date.now() > deadline) throw fetchedElsewhere();
    await delay(INTERVAL_MS);
  }
}

/** The error of a fetch that another process prevents. */
export const fetchedElsewhere = (): AppError =>
  new AppError('locked', 'Another process is fetching these package lists.', 'Try again when it has ended.');
