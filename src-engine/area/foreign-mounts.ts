import { bytePath } from '../snapshots/bytes';
import type { TreePath, TreeView } from '../snapshots/tree-view';
import { MountTable } from '../system/mount-table';

/** The mounts below a folder, as paths in it, outermost first. Their content does not belong to the build. */
export async function mountsBelow(folder: string): Promise<TreePath[]> {
  const table = await MountTable.read();
  const root = `${bytePath(folder)}/`;
  const paths = table.inside(folder).map(({ path }) => path);
  return [...new Set(paths.flatMap((path) => (path.startsWith(root) ? [path.slice(root.length)] : [])))].sort();
}

/** A tree in which the folders at these paths are empty. */
export function withoutContent(tree: TreeView, paths: readonly TreePath[]): TreeView {
  if (paths.length === 0) return tree;
  return {
    names: (path) => (paths.includes(path) ? Promise.resolve([]) : tree.names(path)),
    entry: (path) => tree.entry(path),
    attributes: (path) => tree.attributes?.(path) ?? '',
    read: (path, end) => tree.read(path, end),
  };
}
