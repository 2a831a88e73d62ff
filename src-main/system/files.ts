import * as node from 'node:fs/promises';
import { watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { beforeDeadline } from '../async/deadline';
import { inTime } from './in-time';
import { isHome, missingHome } from './missing-home';

/** For calls that move the content of files, also to a slow disk. */
const CONTENT_TIMEOUT_MS = 60_000;
const CHECK_TIMEOUT_MS = 1000;

type Call = (...args: never[]) => Promise<unknown>;

/** A call of node:fs/promises whose first argument is a path, with a time limit. */
function limited<F extends Call>(call: F, limit: (path: string) => Parameters<typeof inTime>[2]): F {
  return new Proxy(call, {
    apply: (target, self, args: readonly unknown[]) => {
      const path = String(args[0]);
      return inTime(path, () => Reflect.apply(target, self, args) as Promise<unknown>, limit(path));
    },
  });
}

/** A call on a name: when it hangs, the whole folder does. */
const onName = <F extends Call>(call: F): F => limited(call, (path) => ({ place: dirname(path) }));
/** A call on content. It may hang because of the file alone, for example a pipe. */
const onContent = <F extends Call>(call: F): F => limited(call, () => ({ milliseconds: CONTENT_TIMEOUT_MS }));

/**
 * The calls of node:fs/promises, each bounded in time: they throw `AppError('system')` when the file system does not answer. All of main
 * uses these; lint refuses node:fs/promises elsewhere.
 */
export const access = onName(node.access);
export const chmod = onName(node.chmod);
export const chown = onName(node.chown);
export const link = onName(node.link);
export const lstat = onName(node.lstat);
export const mkdir = onName(node.mkdir);
export const mkdtemp = onName(node.mkdtemp);
export const readlink = onName((path: string): Promise<string> => node.readlink(path));
export const realpath = onName(node.realpath);
export const rename = onName(node.rename);
export const stat = onName(node.stat);
export const utimes = onName(node.utimes);
export const open = limited(node.open, () => ({}));
export const readdir = limited(node.readdir, () => ({}));
export const appendFile = onContent(node.appendFile);
export const copyFile = onContent(node.copyFile);
export const cp = onContent(node.cp);
export const readFile = onContent(node.readFile);
export const rm = onContent(node.rm);
export const writeFile = onContent(node.writeFile);

export type { FileHandle } from 'node:fs/promises';

/** Returns the result of a call on an open file, within the time of one that moves content. */
export const onOpenFile = <T>(path: string, call: () => Promise<T>): Promise<T> =>
  inTime(path, call, { milliseconds: CONTENT_TIMEOUT_MS });

/** For `catch`: `undefined` for a file that is not there or not accessible. A file system that does not answer stays an error. */
export function absent(error: unknown): undefined {
  if (error instanceof AppError) throw error;
}

/**
 * Makes a folder and those above it. Node's own `recursive` repeats forever where the parent exists and the system still reports a missing
 * folder, as below /proc, and reports a read-only file system as a missing folder. A missing home is not made.
 *
 * @param mode of new folders, narrowed by the umask
 */
export async function makeFolders(path: string, mode = 0o777): Promise<void> {
  if (isHome(path) && !(await lstat(path).catch(absent))) throw missingHome(path);
  const make = async (): Promise<void> => {
    await mkdir(path, { mode }).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
    });
  };
  try {
    await make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    if (!(await lstat(dirname(path)).catch(absent))) await makeFolders(dirname(path), mode);
    await make();
  }
}

/** Checks that have not ended, by path, so that a hanging file system does not take one thread of the app per check. */
const pending = new Map<string, Promise<boolean>>();

/** Whether something is at a path. A path that does not answer within a second counts as existing; opening it reports the problem. */
export async function isThere(path: string): Promise<boolean> {
  const running = pending.get(path);
  const check =
    running ??
    node
      .access(path)
      .then(
        () => true,
        () => false,
      )
      .finally(() => pending.delete(path));
  pending.set(path, check);
  return (await beforeDeadline(check, CHECK_TIMEOUT_MS))?.value ?? true;
}

/**
 * Watches a file or folder; `undefined` when it does not exist or does not answer, or the system permits no further watch. The check
 * comes first, because starting a watch is a synchronous call that would hang the whole app.
 */
export async function watchFolder(
  path: string,
  changed: (kind: string, name: string | null) => void,
): Promise<FSWatcher | undefined> {
  try {
    await stat(path);
    return watch(path, { persistent: false }, changed).on('error', () => undefined);
  } catch {
    return undefined; // it does not exist or does not answer, or the limit on watches is reached
  }
}
