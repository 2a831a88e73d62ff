import { watch, type FSWatcher } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MAX_BYTES } from '../../src-shared/manifest/source';
import type { ScriptFile } from '../../src-shared/rpc-contract';
import { readBounded, versionOf } from './files';
import { listScripts } from './scripts';

/** File systems that tell nothing (network, FUSE) are looked at this often, in milliseconds. */
const LOOK_AGAIN = 2000;

/**
 * Waits until a manifest is no longer `version`, or a script beside it changes, and says what is there now. Editors that save by
 * renaming are followed, since folders are watched, not files. Ends with the signal's reason.
 */
export async function nextChange(
  path: string,
  version: string,
  signal?: AbortSignal,
): Promise<{ version?: string; scripts: ScriptFile[] }> {
  const folder = dirname(resolve(path));
  const before = JSON.stringify(await listScripts(folder));
  const look = async (): Promise<{ version?: string; scripts: ScriptFile[] } | undefined> => {
    const scripts = await listScripts(folder);
    const now = await readBounded(path, MAX_BYTES).then(versionOf, () => undefined);
    if (now === version && JSON.stringify(scripts) === before) return undefined;
    return { ...(now !== undefined && { version: now }), scripts };
  };
  return new Promise((done, fail) => {
    let isLooking = false;
    let lookAgain = false;
    const check = (): void => {
      if (isLooking) {
        lookAgain = true;
        return;
      }
      isLooking = true;
      void look()
        .then((change) => {
          isLooking = false;
          if (change) finish(() => done(change));
          else if (lookAgain) {
            lookAgain = false;
            check();
          }
        })
        .catch((error: unknown) => finish(() => fail(error)));
    };
    const watchers = [folder, join(folder, 'scripts')].flatMap((place) => follow(place, check));
    const timer = setInterval(check, LOOK_AGAIN);
    const aborted = (): void => finish(() => fail(signal?.reason));
    const finish = (end: () => void): void => {
      clearInterval(timer);
      for (const watcher of watchers) watcher.close();
      signal?.removeEventListener('abort', aborted);
      end();
    };
    signal?.addEventListener('abort', aborted);
    if (signal?.aborted) aborted();
    else check();
  });
}

function follow(place: string, changed: () => void): FSWatcher[] {
  try {
    return [watch(place, { persistent: false }, changed).on('error', () => undefined)];
  } catch {
    return []; // not there (yet), or no more watches: the timer looks
  }
}
