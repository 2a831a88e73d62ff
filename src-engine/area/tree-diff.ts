import { addAbortSignal } from 'node:stream';
import { AppError } from '../../src-shared/errors';
import { escapeName } from '../../src-shared/name-escapes';
import type { TreeEntry, TreePath, TreeView } from '../snapshots/tree-view';
import { sameContent } from './same-content';

/** One file, folder, link or node that differs between two trees. Sizes in bytes; `null` where the entry is missing. */
export interface TreeChange {
  readonly path: TreePath;
  readonly change: 'added' | 'changed' | 'removed';
  readonly type: TreeEntry['type'];
  readonly before: number | null;
  readonly after: number | null;
  /** For `changed`: the differing properties. */
  readonly what: readonly ('type' | 'content' | 'mode' | 'owner' | 'target' | 'attributes')[];
}

/**
 * Compares two trees name by name, in the order of names. Times alone are not a difference. Entries of one identity are
 * the same and are not read; anything else of equal size is compared byte by byte, because builds clamp modification
 * times.
 *
 * Throws the error of a tree that cannot be read, and `AppError('changing')` when a listed entry is gone.
 *
 * @param signal ends the comparison with the signal's reason
 * @param onCompared called for each entry of the same type in both trees whose extended attributes, which are not
 * compared here, may differ
 */
export async function* diffTrees(
  before: TreeView,
  after: TreeView,
  signal?: AbortSignal,
  onCompared: (path: TreePath, before: TreeEntry, after: TreeEntry) => void = () => undefined,
): AsyncGenerator<TreeChange> {
  const [a, b] = [await before.entry(''), await after.entry('')];
  if (!a || !b) throw changing('');
  yield* diffFolders({ before, after, signal, onCompared }, '', a, b);
}

interface Sides {
  readonly before: TreeView;
  readonly after: TreeView;
  readonly signal: AbortSignal | undefined;
  readonly onCompared: (path: TreePath, before: TreeEntry, after: TreeEntry) => void;
}

async function* diffFolders(
  sides: Sides,
  path: TreePath,
  a: TreeEntry | undefined,
  b: TreeEntry | undefined,
): AsyncGenerator<TreeChange> {
  const [old, now] = [await namesIn(sides.before, path, a), await namesIn(sides.after, path, b)];
  for (const name of [...new Set([...old, ...now])].sort()) {
    sides.signal?.throwIfAborted();
    const child = path === '' ? name : `${path}/${name}`;
    const one = old.has(name) ? await listed(sides.before, child) : undefined;
    const two = now.has(name) ? await listed(sides.after, child) : undefined;
    if (one && two && isSame(one, two)) continue;
    if (one && two && one.type === two.type && one.node === two.node) sides.onCompared(child, one, two);
    const change = await compare(sides, child, one, two);
    if (change) yield change;
    if (one?.type === 'folder' || two?.type === 'folder') yield* diffFolders(sides, child, one, two);
  }
}

async function compare(
  sides: Sides,
  path: TreePath,
  a: TreeEntry | undefined,
  b: TreeEntry | undefined,
): Promise<TreeChange | undefined> {
  const sizes = { before: a?.size ?? null, after: b?.size ?? null };
  if (a && b) {
    const what = await differences(sides, path, a, b);
    return what.length === 0 ? undefined : { path, change: 'changed', type: b.type, ...sizes, what };
  }
  if (b) return { path, change: 'added', type: b.type, ...sizes, what: [] };
  return a && { path, change: 'removed', type: a.type, ...sizes, what: [] };
}

const isSame = (a: TreeEntry, b: TreeEntry): boolean => a.identity !== undefined && a.identity === b.identity;

async function namesIn(tree: TreeView, path: TreePath, entry: TreeEntry | undefined): Promise<ReadonlySet<string>> {
  return new Set(entry?.type === 'folder' ? await tree.names(path).catch(orChanging(path)) : []);
}

/** The entry at a listed path. Throws `AppError('changing')` when it is gone. */
export async function listed(tree: TreeView, path: TreePath): Promise<TreeEntry> {
  const entry = await tree.entry(path);
  if (!entry) throw changing(path);
  return entry;
}

/** Turns "missing" into "changing": the caller has just seen the entry. */
function orChanging(path: TreePath): (error: unknown) => never {
  return (error) => {
    throw error instanceof AppError && error.code === 'missing' ? changing(path) : error;
  };
}

function changing(path: TreePath): AppError {
  return new AppError(
    'changing',
    `The build area is changing: ${escapeName(path) || 'the tree'} was there and is gone.`,
    'Try again, or wait for the build to end.',
  );
}

async function differences(sides: Sides, path: TreePath, a: TreeEntry, b: TreeEntry): Promise<TreeChange['what']> {
  if (a.type !== b.type || a.node !== b.node) return ['type'];
  const what: TreeChange['what'][number][] = [];
  if (a.mode !== b.mode) what.push('mode');
  if (a.uid !== b.uid || a.gid !== b.gid) what.push('owner');
  if (a.target !== b.target) what.push('target');
  if (a.type === 'file' && (a.size !== b.size || !(await isSameFile(sides, path)))) what.push('content');
  return what;
}

async function isSameFile({ before, after, signal }: Sides, path: TreePath): Promise<boolean> {
  const one = await before.read(path).catch(orChanging(path));
  if (signal) addAbortSignal(signal, one);
  const two = await after.read(path).catch((error: unknown) => {
    one.destroy();
    return orChanging(path)(error);
  });
  if (signal) addAbortSignal(signal, two);
  return sameContent(one, two);
}
