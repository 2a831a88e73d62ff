import { setTimeout as delay } from 'node:timers/promises';
import type { Files } from './files';

/** How often is looked, in milliseconds: soon after a change, and rarely when nothing has changed for a while. */
const POLL_MIN_MS = 250;
const POLL_MAX_MS = 1000;
const POLL_GROWTH = 1.25;
/** After so long without a change there is a word all the same, in milliseconds: what has stopped writing may be gone. */
const MAX_SILENCE_MS = 2000;

/**
 * Yields at once, and whenever a look by SFTP tells something else than the last one; no watch reaches over SSH. SFTP knows whole seconds
 * only, and a file may change once more in the second in which it was seen without a new size: so there is one more word when the
 * second after a change is over. Throws the lost-connection error.
 */
export async function* remoteChanges(files: Files, path: string, signal: AbortSignal): AsyncGenerator<void> {
  let seen: string | undefined;
  let pause = POLL_MIN_MS;
  let again: number | undefined;
  let told = 0;
  while (!signal.aborted) {
    const now = await files.look(path);
    if (signal.aborted) return;
    if (now !== seen) {
      [seen, pause, again, told] = [now, POLL_MIN_MS, Date.now() + POLL_MAX_MS, Date.now()];
      yield;
    } else if (again !== undefined && Date.now() > again) {
      again = undefined;
      yield;
    } else if (Date.now() - told > MAX_SILENCE_MS) {
      told = Date.now();
      yield;
    } else pause = Math.min(POLL_MAX_MS, pause * POLL_GROWTH);
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}
