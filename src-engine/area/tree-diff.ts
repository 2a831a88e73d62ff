import { createReadStream, type BigIntStats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** One file, folder, link or node that differs between two trees. Sizes in bytes; `null` where it is not there. */
export interface TreeChange {
  readonly path: string;
  readonly change: 'added' | 'changed' | 'removed';
  readonly type: 'file' | 'folder' | 'link' | 'other';
  readonly before: number | null;
  readonly after: number | null;
  /** For `changed`: what differs. */
  readonly what: readonly ('type' | 'content' | 'mode' | 'owner' | 'target')[];
}

/**
 * Compares two trees name by name, in the order of names. Times alone are no difference; the same file in both (one inode,
 * not touched since) is not read; anything else of equal size is compared byte by byte, because builds clamp modification times.
 *
 * @param signal ends it with the signal's reason
 */
export async function* diffTrees(
  before: string,
  after: string,
  signal?: AbortSignal,
  path = '',
): AsyncGenerator<TreeChange> {
  const [old, now] = [await names(join(before, path)), await names(join(after, path))];
  for (const name of [...new Set([...old, ...now])].sort()) {
    signal?.throwIfAborted();
    const child = path === '' ? name : `${path}/${name}`;
    const [a, b] = [await statOf(join(before, child)), await statOf(join(after, child))];
    if (a && b) {
      const what = await differences(join(before, child), a, join(after, child), b, signal);
      if (what.length > 0)
        yield { path: child, change: 'changed', type: typeOf(b), before: Number(a.size), after: Number(b.size), what };
    } else if (a ?? b) {
      const found = (a ?? b) as BigIntStats;
      yield {
        path: child,
        change: a ? 'removed' : 'added',
        type: typeOf(found),
        before: a ? Number(a.size) : null,
        after: b ? Number(b.size) : null,
        what: [],
      };
    }
    if (a?.isDirectory() || b?.isDirectory()) yield* diffTrees(before, after, signal, child);
  }
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []); // not a folder on this side
}

async function statOf(path: string): Promise<BigIntStats | undefined> {
  return lstat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}

function typeOf(stats: BigIntStats): TreeChange['type'] {
  return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'other';
}

const FORMAT = 0o170000n;

async function differences(
  pathA: string,
  a: BigIntStats,
  pathB: string,
  b: BigIntStats,
  signal: AbortSignal | undefined,
): Promise<TreeChange['what']> {
  if ((a.mode & FORMAT) !== (b.mode & FORMAT)) return ['type'];
  const what: TreeChange['what'][number][] = [];
  if (a.mode !== b.mode) what.push('mode');
  if (a.uid !== b.uid || a.gid !== b.gid) what.push('owner');
  if (a.isSymbolicLink() && (await readlink(pathA)) !== (await readlink(pathB))) what.push('target');
  if (a.isFile()) {
    const untouched = a.ino === b.ino && a.ctimeNs === b.ctimeNs && a.size === b.size;
    if (!untouched && (a.size !== b.size || !(await sameContent(pathA, pathB, signal)))) what.push('content');
  }
  return what;
}

async function sameContent(pathA: string, pathB: string, signal: AbortSignal | undefined): Promise<boolean> {
  const chunks = (path: string): AsyncIterator<Buffer> =>
    createReadStream(path, { ...(signal && { signal }) })[Symbol.asyncIterator]();
  const [a, b] = [chunks(pathA), chunks(pathB)];
  for (;;) {
    const [one, two] = [await a.next(), await b.next()];
    if (one.done || two.done) return one.done === two.done;
    // Streams of regular files of one size are cut at the same places.
    if (!one.value.equals(two.value)) return false;
  }
}
