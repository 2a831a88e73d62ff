import type { TreeChange } from '../../../../src-shared/engine-answers/files';

/** A file that differs, or a folder that has such files. */
export interface ChangeNode {
  readonly name: string;
  readonly path: string;
  /** Missing for a folder that itself is unchanged. */
  readonly change: TreeChange | undefined;
  readonly children: readonly ChangeNode[];
  /** Of the node and all below it. */
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Growth of its files in bytes. */
  readonly grown: number;
}

/** A node as a row of the tree. */
export interface ChangeRow {
  readonly node: ChangeNode;
  /** 1 for a node at the root. */
  readonly level: number;
  /** Position in its folder, from 1, and the number of nodes there. */
  readonly position: number;
  readonly siblings: number;
}

/** A tree with more rows is collapsed at first. */
const MAX_ROWS_OPEN = 120;

interface Draft {
  change?: TreeChange;
  readonly children: Map<string, Draft>;
}

/** Builds a tree of changes: folders first, then by name. */
export function changeTree(changes: readonly TreeChange[]): readonly ChangeNode[] {
  const root: Draft = { children: new Map() };
  for (const change of changes) {
    let at = root;
    for (const name of change.path.split('/')) {
      const next: Draft = at.children.get(name) ?? { children: new Map() };
      at.children.set(name, next);
      at = next;
    }
    at.change = change;
  }
  return nodesOf(root, '');
}

function nodesOf(draft: Draft, folder: string): ChangeNode[] {
  const nodes = [...draft.children].map(([name, child]) => nodeOf(name, `${folder}${name}`, child));
  return nodes.sort((a, b) => Number(isFolder(b)) - Number(isFolder(a)) || (a.name < b.name ? -1 : 1));
}

function nodeOf(name: string, path: string, { change, children: below }: Draft): ChangeNode {
  const children = nodesOf({ children: below }, `${path}/`);
  const sum = (of: (node: ChangeNode) => number): number => children.reduce((total, node) => total + of(node), 0);
  const own = (kind: TreeChange['change']): number => (change?.change === kind ? 1 : 0);
  return {
    name,
    path,
    change,
    children,
    added: own('added') + sum(({ added }) => added),
    changed: own('changed') + sum(({ changed }) => changed),
    removed: own('removed') + sum(({ removed }) => removed),
    grown: (change?.type === 'file' ? (change.after ?? 0) - (change.before ?? 0) : 0) + sum(({ grown }) => grown),
  };
}

/** Whether a node is shown as a folder. */
export const isFolder = (node: ChangeNode): boolean => node.children.length > 0 || node.change?.type === 'folder';

/** Returns the rows of a tree with some open folders. */
export function changeRows(nodes: readonly ChangeNode[], open: ReadonlySet<string>, level = 1): ChangeRow[] {
  return nodes.flatMap((node, at) => [
    { node, level, position: at + 1, siblings: nodes.length },
    ...(open.has(node.path) ? changeRows(node.children, open, level + 1) : []),
  ]);
}

/** Returns the folders that are open at first: all of a small tree, otherwise those without siblings. */
export function openAtFirst(nodes: readonly ChangeNode[]): ReadonlySet<string> {
  const open = new Set<string>();
  let level = nodes;
  let rows = nodes.length;
  while (level.length > 0) {
    const below = level.flatMap(({ children }) => children);
    rows += below.length;
    if (rows > MAX_ROWS_OPEN && level.length > 1) break;
    for (const node of level) if (node.children.length > 0) open.add(node.path);
    level = below;
  }
  return open;
}
