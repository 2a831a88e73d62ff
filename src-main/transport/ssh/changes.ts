import { setTimeout as delay } from 'node:timers/promises';
import type { Files } from './files';

/** Poll intervals: short after a change, longer when nothing has changed for a while. */
const POLL_MIN_MS = 250;
const POLL_MAX_MS = 1000;
const POLL_GROWTH = 1.25;
/** Without a change an event is sent after this time, because a process that stopped writing may have ended. */
const MAX_SILENCE_MS = 2000;

/**
 * Yields at once, and whenever the state read over SFTP differs from the last one, because file events do not cross SSH. SFTP times are
 * whole seconds, and a file may change again within the same second without a new size. Therefore one more event follows when the second
 * after a change is over. Throws the lost-connection error.
 */
export async function* remoteChanges(files: Files, path: string, signal: AbortSignal): AsyncGenerator<void> {
  let seen: string | undefined;
  let pause = POLL_MIN_MS;
  let again: number | undefined;
  let sentAt = 0;
  while (!signal.aborted) {
    const now = await files.stamp(path);
    if (signal.aborted) return;
    if (now !== seen) {
      [seen, pause, again, sentAt] = [now, POLL_MIN_MS, Date.now() + POLL_MAX_MS, Date.now()];
      yield;
    } else if (again !== undefined && Date.now() > again) {
      again = undefined;
      yield;
    } else if (Date.now() - sentAt > MAX_SILENCE_MS) {
      sentAt = Date.now();
      yield;
    } else pause = Math.min(POLL_MAX_MS, pause * POLL_GROWTH);
    // Aborted: the loop ends.
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}
