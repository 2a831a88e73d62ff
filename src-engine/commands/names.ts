import { AppError } from '../../src-shared/errors';
import { escapeName, isUtf8, unescapeName } from '../../src-shared/name-escapes';
import { resolvePath, type FoundEntry } from '../snapshots/resolve-path';
import type { TreePath, TreeView } from '../snapshots/tree-view';
import { treeLabel } from './tree-name';

/**
 * Resolves a PATH argument in the tree that another argument names. Throws `missing` when nothing has that path, `usage` for an unknown
 * escape.
 */
export async function findInside(
  tree: TreeView,
  operand: string,
  designator: string,
): Promise<FoundEntry & { readonly given: TreePath }> {
  const given = unescapeName(operand);
  if (given === undefined)
    throw new AppError(
      'usage',
      `${operand} has an unknown escape. Write a backslash as \\\\, and a byte as \\x and two hexadecimal digits.`,
    );
  const found = await resolvePath(tree, given);
  if (found) return { ...found, given };
  throw new AppError('missing', `There is no ${escapeName(given)} in ${treeLabel(designator)}.`);
}

/** A name or path for a JSON document: escaped text, and its bytes as base64 where it is not UTF-8. */
export function shownName<K extends string>(key: K, path: TreePath) {
  const text = { [key]: escapeName(path) } as Record<K, string>;
  return isUtf8(path) ? text : { ...text, bytes: Buffer.from(path, 'latin1').toString('base64') };
}
