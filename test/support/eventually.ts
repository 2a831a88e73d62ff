import { setTimeout as delay } from 'node:timers/promises';

/** Tries until it works, for five seconds: a daemon that starts, an unmount that zfs-fuse ends in the background. */
export async function eventually(attempt: () => unknown): Promise<void> {
  for (let left = 200; ; left--)
    try {
      await attempt();
      return;
    } catch (error) {
      if (left <= 0) throw error;
      await delay(25);
    }
}
