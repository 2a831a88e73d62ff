import { posix } from 'node:path';
import type { TreeEntry, TreePath, TreeView } from './tree-view';

/** The same limit as Linux has for one path. */
const MAX_LINKS = 40;

/** An entry of a tree and its real path, links followed. */
export interface FoundEntry {
  readonly path: TreePath;
  readonly entry: TreeEntry;
}

/**
 * Resolves a path from the tree's root. Links in the folders on the way are followed while they stay in the tree. A
 * link that is absolute or leaves the tree would mean a file of the build host, so it resolves to nothing.
 *
 * @param root the folder that the path starts in and stays in; an existing folder of the tree
 * @param followLast also follow the path's last part when it is a link
 * @returns `undefined` when nothing has that path; throws the tree's error when a folder on the way cannot be read
 */
export async function resolvePath(
  tree: TreeView,
  path: TreePath,
  { root = '', followLast = false }: { readonly root?: TreePath; readonly followLast?: boolean } = {},
): Promise<FoundEntry | undefined> {
  let at: string[] = [];
  const ahead = partsOf(posix.join('/', path));
  let entry = await tree.entry(root);
  for (let links = 0; ahead.length > 0;) {
    const part = ahead.shift() ?? '';
    if (entry?.type !== 'folder') return undefined;
    if (part === '..') {
      if (at.length === 0) return undefined;
      at = at.slice(0, -1);
      entry = await tree.entry(joined(root, at));
      continue;
    }
    const next = await tree.entry(joined(root, [...at, part]));
    if (next?.type === 'link' && (ahead.length > 0 || followLast)) {
      if (++links > MAX_LINKS || next.target === undefined || next.target.startsWith('/')) return undefined;
      ahead.unshift(...partsOf(next.target));
      continue;
    }
    at.push(part);
    entry = next;
  }
  return entry && { path: joined(root, at), entry };
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');
const joined = (root: TreePath, parts: readonly string[]): TreePath => [root, ...parts].filter(Boolean).join('/');
