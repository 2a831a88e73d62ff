import type { TreeChange } from '../../../../src-shared/engine-answers/files';

/** A file that differs, or a folder with such files below it. */
export interface ChangeNode {
  readonly name: string;
  readonly path: string;
  /** Missing for a folder that itself is as it was. */
  readonly change: TreeChange | undefined;
  readonly children: readonly ChangeNode[];
  /** Of the node and all below it. */
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** By how many bytes its files grew. */
  readonly grown: number;
}

/** A node as a row of the tree. */
export interface ChangeRow {
  readonly node: ChangeNode;
  /** 1 for a node at the root. */
  readonly level: number;
  /** Its place among those of one folder, from 1, and how many these are. */
  readonly position: number;
  readonly siblings: number;
}

/** So many rows are shown at once when the tree is first seen; a tree with more begins with its top folders open only. */
const ROWS_AT_FIRST = 120;

interface Draft {
  change?: TreeChange;
  readonly children: Map<string, Draft>;
}

/** Orders changes by the folders they lie in: folders first, then by name. */
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

/** The rows of a tree whose folders `open` are open. */
export function changeRows(nodes: readonly ChangeNode[], open: ReadonlySet<string>, level = 1): ChangeRow[] {
  return nodes.flatMap((node, at) => [
    { node, level, position: at + 1, siblings: nodes.length },
    ...(open.has(node.path) ? changeRows(node.children, open, level + 1) : []),
  ]);
}

/** Which folders are open at first: all while they are few, else those that have nothing beside them. */
export function openAtFirst(nodes: readonly ChangeNode[]): ReadonlySet<string> {
  const open = new Set<string>();
  let level = nodes;
  let rows = nodes.length;
  while (level.length > 0) {
    const below = level.flatMap(({ children }) => children);
    rows += below.length;
    if (rows > ROWS_AT_FIRST && level.length > 1) break;
    for (const node of level) if (node.children.length > 0) open.add(node.path);
    level = below;
  }
  return open;
}
