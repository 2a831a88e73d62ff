import { dirname, join, resolve } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { decodeManifest, MAX_BYTES } from '../../src-shared/manifest/source';
import type { ScriptFile } from '../../src-shared/rpc-contract';
import { readBounded, versionOf } from '../files/text-files';
import { watchFolder } from '../system/files';
import { scriptsNamedIn } from './named-scripts';
import { listScripts, scriptsVersionOf } from './scripts';

/** Poll interval for file systems without events (network, FUSE). */
const POLL_INTERVAL_MS = 2000;

/** The present versions on disk; without `version` when the manifest was removed. */
export interface Change {
  version?: string;
  scripts: ScriptFile[];
  scriptsVersion: string;
}

/**
 * Waits until a manifest or its scripts differ from the caller's versions, and returns the present ones. Folders are watched and not
 * files, so editors that save by renaming are noticed. Ends with the signal's reason.
 */
export async function nextChange(
  known: { readonly path: string; readonly version: string; readonly scriptsVersion: string },
  signal?: AbortSignal,
): Promise<Change> {
  const folder = dirname(resolve(known.path));
  // The manifest is parsed only when it has changed.
  let parsed: { version: string | undefined; named: string[] } | undefined;
  const readChange = async (): Promise<Change | undefined> => {
    const bytes = await readBounded(known.path, MAX_BYTES).catch((error: unknown) => {
      if (hangs(error)) throw error;
      return undefined;
    });
    const version = bytes && versionOf(bytes);
    if (!parsed || parsed.version !== version) parsed = { version, named: bytes ? namedIn(bytes) : [] };
    const scripts = await listScripts(folder, parsed.named);
    const scriptsVersion = scriptsVersionOf(scripts);
    if (version === known.version && scriptsVersion === known.scriptsVersion) return undefined;
    return { ...(version !== undefined && { version }), scripts, scriptsVersion };
  };
  return new Promise((done, fail) => {
    let isChecking = false;
    let checkAgain = false;
    let isFinished = false;
    const check = (): void => {
      if (isFinished) return;
      if (isChecking) {
        checkAgain = true;
        return;
      }
      isChecking = true;
      void readChange()
        .then((change) => {
          isChecking = false;
          if (change) finish(() => done(change));
          else if (checkAgain) {
            checkAgain = false;
            check();
          }
        })
        .catch((error: unknown) => {
          // A disk that does not answer has not lost its files.
          if (hangs(error)) isChecking = false;
          else finish(() => fail(error));
        });
    };
    const watchers = [folder, join(folder, 'scripts')].map((place) => watchFolder(place, check));
    const timer = setInterval(check, POLL_INTERVAL_MS);
    const aborted = (): void => finish(() => fail(signal?.reason));
    const finish = (end: () => void): void => {
      isFinished = true;
      clearInterval(timer);
      for (const watcher of watchers) void watcher.then((one) => one?.close());
      signal?.removeEventListener('abort', aborted);
      end();
    };
    signal?.addEventListener('abort', aborted);
    if (signal?.aborted) aborted();
    else check();
    // What changes before the watches begin is noticed now.
    void Promise.all(watchers).then(check);
  });
}

const hangs = (error: unknown): boolean => error instanceof AppError && error.code === 'system';

/** A manifest that is no longer text names no scripts. */
function namedIn(bytes: Uint8Array): string[] {
  try {
    return scriptsNamedIn(decodeManifest(bytes));
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}
