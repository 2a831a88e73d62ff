import { setTimeout as delay } from 'node:timers/promises';

/** The pause between attempts, and the number of attempts. A shared machine may need half a minute. */
const PAUSE_MS = 25;
const MAX_ATTEMPTS = 1200;

/**
 * Repeats an attempt until it does not throw, for example while a daemon starts or zfs-fuse unmounts in the background.
 * Throws the last error.
 */
export async function eventually(attempt: () => unknown): Promise<void> {
  for (let left = MAX_ATTEMPTS; ; left--)
    try {
      await attempt();
      return;
    } catch (error) {
      if (left <= 0) throw error;
      await delay(PAUSE_MS);
    }
}
