import { chmodSync, lstatSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_INTERVAL_MS = 2;
const TIMEOUT_MS = 40;

/** The clock of a file system in nanoseconds. It may be coarse and, on a server, differ from this host's. */
export function fileSystemTime(folder: string): bigint {
  chmodSync(folder, 0o700); // sets the change time
  return lstatSync(folder, { bigint: true }).ctimeNs;
}

/**
 * Waits until a change would get a later time than this one, and returns that time. Gives up after a moment, on file
 * systems with times of whole seconds and after a clock was set back: the caller compares with the returned time.
 */
export async function timeAfter(time: bigint, folder: string): Promise<bigint> {
  for (let waited = 0; ; waited += POLL_INTERVAL_MS) {
    const now = fileSystemTime(folder);
    if (now > time || waited > TIMEOUT_MS) return now;
    await delay(POLL_INTERVAL_MS);
  }
}
