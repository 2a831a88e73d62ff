import { readAttributes, type AttributeSource } from '../snapshots/attribute-text';
import type { TreeEntry, TreePath, TreeView } from '../snapshots/tree-view';
import { findTool } from '../system/executables';
import { diffTrees, type TreeChange } from './tree-diff';

/** The differences of two trees. */
export interface TreeComparison {
  readonly changes: readonly TreeChange[];
  /** Whether extended attributes were compared too. Not on hosts without `getfattr`. */
  readonly withAttributes: boolean;
}

type Compared = ReadonlyMap<TreePath, readonly [before: TreeEntry, after: TreeEntry]>;

/** Compares two trees as `diffTrees`, and the extended attributes of entries that both have. Throws the same errors. */
export async function compareTrees(before: TreeView, after: TreeView, signal?: AbortSignal): Promise<TreeComparison> {
  const compared = new Map<TreePath, readonly [TreeEntry, TreeEntry]>();
  const changes = new Map<TreePath, TreeChange>();
  for await (const change of diffTrees(before, after, signal, (path, a, b) => compared.set(path, [a, b])))
    changes.set(change.path, change);
  const withAttributes = findTool('getfattr') !== undefined;
  if (!withAttributes) return { changes: [...changes.values()], withAttributes };
  const found = await attributeChanges(before, after, compared, signal);
  for (const path of found) {
    const [a, b] = compared.get(path) ?? [];
    const known = changes.get(path);
    if (!a || !b) continue;
    const sizes = { before: a.size, after: b.size };
    changes.set(path, {
      ...(known ?? { path, change: 'changed', type: b.type, ...sizes }),
      what: [...(known?.what ?? []), 'attributes'],
    });
  }
  return { changes: found.length === 0 ? [...changes.values()] : inTreeOrder([...changes.values()]), withAttributes };
}

async function attributeChanges(
  before: TreeView,
  after: TreeView,
  compared: Compared,
  signal: AbortSignal | undefined,
): Promise<TreePath[]> {
  if (!before.attributes || !after.attributes) return [];
  const pairs = [...compared.keys()].map((path) => ({
    path,
    a: before.attributes?.(path) ?? '',
    b: after.attributes?.(path) ?? '',
  }));
  const inodes = new Set(pairs.flatMap(({ a, b }) => [a, b].flatMap((source) => (isText(source) ? [] : [source.at]))));
  const read = await readAttributes([...inodes], signal);
  const text = (source: AttributeSource): string => (isText(source) ? source : (read.get(source.at) ?? ''));
  return pairs.filter(({ a, b }) => text(a) !== text(b)).map(({ path }) => path);
}

const isText = (source: AttributeSource): source is string => typeof source === 'string';

/** Sorts as `diffTrees` does: a folder before its contents, names by bytes. */
function inTreeOrder(changes: readonly TreeChange[]): TreeChange[] {
  const key = ({ path }: TreeChange): string => path.replaceAll('/', '\0');
  return [...changes].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
