import { setTimeout as delay } from 'node:timers/promises';
import type { Files } from './files';

/** How often is looked, in milliseconds: soon after a change, and rarely when nothing has changed for a while. */
const SOON = 250;
const RARELY = 1000;
const SLOWER = 1.25;

/**
 * Yields at once, and whenever a look by SFTP tells something else than the last one; no watch reaches over SSH. SFTP knows whole seconds
 * only, and a file may change once more in the second in which it was seen without a new size: so there is one more word when the
 * second after a change is over. Throws the lost-connection error.
 */
export async function* remoteChanges(files: Files, path: string, signal: AbortSignal): AsyncGenerator<void> {
  let seen: string | undefined;
  let pause = SOON;
  let again: number | undefined;
  while (!signal.aborted) {
    const now = await files.look(path);
    if (signal.aborted) return;
    if (now !== seen) {
      [seen, pause, again] = [now, SOON, Date.now() + RARELY];
      yield;
    } else if (again !== undefined && Date.now() > again) {
      again = undefined;
      yield;
    } else pause = Math.min(RARELY, pause * SLOWER);
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}
