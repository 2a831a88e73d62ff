import { lstatSync, readlinkSync } from 'node:fs';
import { AppError } from '../../src-shared/errors';
import { MountTable, type Mount } from '../system/mount-table';
import { quoteBytes } from '../system/shell-quote';

/*
 * Nothing outside the build data is ever changed. Every operation on a tree calls these checks first, and a refusal
 * comes before any change:
 *
 * - A symbolic link in place of the build data or the store is never followed.
 * - A mount inside (or on) a tree is refused by every operation: its content does not belong to the build.
 * - A dataset or subvolume that a step made inside the build data is refused by `take`, because a snapshot leaves it
 * out. It is part of the build data, so `rollback` and `reset` remove it with the rest, unless it is mounted elsewhere,
 * held, cloned or contains a mount.
 */

/**
 * Refuses an operation on trees that are not plain folders of one file system.
 *
 * @param action for the message, for instance `Rolling back to .step_x`
 * @param trees the folders that the operation reads, replaces or removes, including the store; missing ones are fine
 */
export async function refuseForeign(action: string, trees: readonly string[]): Promise<void> {
  for (const tree of trees) refuseLink(action, tree);
  await refuseMountsIn(action, trees);
}

/** Refuses mounts in and on trees. */
export async function refuseMountsIn(action: string, trees: readonly string[]): Promise<void> {
  const table = await MountTable.read();
  for (const tree of trees) refuseMounts(action, tree, [...table.inside(tree), ...table.at(tree)]);
}

/** Refuses while one of the trees, or a part of it, is also mounted at another path. */
export async function refuseMountsOf(action: string, trees: readonly string[]): Promise<void> {
  if (trees.length === 0) return;
  const table = await MountTable.read();
  for (const tree of trees) refuseMounts(action, tree, table.showing(tree), 'of');
}

/** Refuses a path that is not a folder. */
export function refuseLink(action: string, path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found || found.isDirectory()) return;
  const what = found.isSymbolicLink() ? `a symbolic link to ${readlinkSync(path)}` : 'not a folder';
  throw new AppError(
    'snapshot',
    `${action} is not possible: ${path} is ${what}. Nothing was changed.`,
    'Remove it or move it away. To build somewhere else, name that place as build_area in the manifest.',
  );
}

/**
 * Refuses when there are such mounts. The message names them innermost first.
 *
 * @param relation `in` a tree, or `of` a tree at another path
 */
export function refuseMounts(
  action: string,
  tree: string,
  mounts: readonly Mount[],
  relation: 'in' | 'of' = 'in',
): void {
  if (mounts.length === 0) return;
  const text = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
  const named = mounts.map(({ path, type, source, node }) => {
    const part = node && node.root !== '/' && type !== 'btrfs' ? `, its folder ${text(node.root)}` : '';
    return `${text(path)} (${type} from ${text(source)}${part})`;
  });
  throw new AppError(
    'snapshot',
    `${action} is not possible: there ${mounts.length === 1 ? 'is a mount' : 'are mounts'} ${relation} ${tree}: ${named.join(', ')}. Nothing was changed.`,
    `Unmount ${mounts.length === 1 ? 'it' : 'them'}: umount -- ${mounts.map(({ path }) => quoteBytes(path)).join(' ')}`,
  );
}

/**
 * The refusal to take an incomplete snapshot.
 *
 * @param kind the objects that a step made, in the plural
 * @param undo the command that removes one
 */
export function leftOut(action: string, tree: string, kind: string, names: readonly string[], undo: string): AppError {
  return new AppError(
    'snapshot',
    `${action} is not possible: ${tree} contains ${kind}, which a checkpoint leaves out: ${names.join(', ')}. Nothing was changed.`,
    `Let the step make folders instead. This removes them with their content: ${undo}`,
  );
}
