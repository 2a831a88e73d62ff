import { setTimeout as delay } from 'node:timers/promises';

/** Pauses between attempts, and how many there are: a machine that is shared may need half a minute. */
const PAUSE_MS = 25;
const MAX_ATTEMPTS = 1200;

/** Repeats an attempt until it does not throw: a daemon starts, zfs-fuse ends an unmount in the background. Throws the last error. */
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
