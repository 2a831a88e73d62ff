import { watch, type FSWatcher } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { decodeManifest, MAX_BYTES } from '../../src-shared/manifest/source';
import type { ScriptFile } from '../../src-shared/rpc-contract';
import { readBounded, versionOf } from '../files/text-files';
import { scriptsNamedIn } from './named-scripts';
import { listScripts, scriptsVersionOf } from './scripts';

/** File systems that tell nothing (network, FUSE) are looked at this often, in milliseconds. */
const LOOK_AGAIN = 2000;

/** What is on disk now; without `version` when the manifest has gone. */
export interface Change {
  version?: string;
  scripts: ScriptFile[];
  scriptsVersion: string;
}

/**
 * Waits until a manifest or the scripts beside it are others than the versions that the caller has, and says what is there now. Editors
 * that save by renaming are followed, since folders are watched, not files. Ends with the signal's reason.
 */
export async function nextChange(
  known: { readonly path: string; readonly version: string; readonly scriptsVersion: string },
  signal?: AbortSignal,
): Promise<Change> {
  const folder = dirname(resolve(known.path));
  // The manifest is parsed when it is another one, not each time it is looked at.
  let parsed: { version: string | undefined; named: string[] } | undefined;
  const look = async (): Promise<Change | undefined> => {
    const bytes = await readBounded(known.path, MAX_BYTES).catch(() => undefined);
    const version = bytes && versionOf(bytes);
    if (!parsed || parsed.version !== version) parsed = { version, named: bytes ? namedIn(bytes) : [] };
    const scripts = await listScripts(folder, parsed.named);
    const scriptsVersion = scriptsVersionOf(scripts);
    if (version === known.version && scriptsVersion === known.scriptsVersion) return undefined;
    return { ...(version !== undefined && { version }), scripts, scriptsVersion };
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

/** What was changed to something that is no text names nothing. */
function namedIn(bytes: Uint8Array): string[] {
  try {
    return scriptsNamedIn(decodeManifest(bytes));
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}

function follow(place: string, changed: () => void): FSWatcher[] {
  try {
    return [watch(place, { persistent: false }, changed).on('error', () => undefined)];
  } catch {
    return []; // not there (yet), or no more watches: the timer looks
  }
}
