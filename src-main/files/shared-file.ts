import { createHash, randomUUID } from 'node:crypto';
import { makeFolders, readFile, rm, stat, writeFile } from '../system/files';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isProcessRunning, ownProcess } from '../system/processes';

const RETRY_INTERVAL_MS = 15;
/** A lock is held for one change, which takes milliseconds. */
const MAX_HELD_MS = 10_000;

/** The last change of each file in this process. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Runs a change of a file while no other app changes it: reading, comparing and writing are one. Changes of this process wait for each
 * other; other apps on the same state folder are kept out by a lock file, where that folder can be written.
 *
 * @param locks the folder of lock files
 */
export function changeAlone<T>(locks: string, path: string, change: () => Promise<T>): Promise<T> {
  const before = queues.get(path) ?? Promise.resolve();
  // The caller of the change before has received its error.
  const changed = before
    .catch(() => undefined)
    .then(async () => {
      const release = await takeLock(locks, path);
      try {
        return await change();
      } finally {
        await release();
      }
    });
  queues.set(path, changed);
  const forget = (): void => {
    if (queues.get(path) === changed) queues.delete(path);
  };
  changed.then(forget, forget);
  return changed;
}

async function takeLock(locks: string, path: string): Promise<() => Promise<void>> {
  const file = join(locks, `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.lock`);
  const content = `${ownProcess()} ${randomUUID()}`;
  const deadline = Date.now() + MAX_HELD_MS;
  for (;;) {
    try {
      await makeFolders(dirname(file), 0o700);
      await writeFile(file, content, { flag: 'wx', mode: 0o600 });
      return async () => {
        // A lock that stays is removed by the next app, as one left behind.
        if ((await readFile(file, 'utf8').catch(() => '')) === content)
          await rm(file, { force: true }).catch(() => undefined);
      };
    } catch (error) {
      // A state folder that cannot be written: this process alone is kept in order.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return () => Promise.resolve();
    }
    // The next attempt finds whether the file is gone.
    if (Date.now() > deadline || (await isLeftBehind(file))) await rm(file, { force: true }).catch(() => undefined);
    else await delay(RETRY_INTERVAL_MS);
  }
}

async function isLeftBehind(file: string): Promise<boolean> {
  // The lock was released in between.
  const found = await stat(file).catch(() => undefined);
  if (!found) return false;
  const owner = (await readFile(file, 'utf8').catch(() => '')).split(' ')[0] ?? '';
  return owner === '' ? Date.now() - found.mtimeMs > MAX_HELD_MS : !isProcessRunning(owner);
}
