import { readdirSync } from 'node:fs';
import { AppError } from '../../src-shared/errors';
import { exists } from '../system/files';
import type { ZfsProperties, ZfsSnapshot } from './zfs-properties';
import { outermost, type ZfsTree } from './zfs-tree';
import { quoteArgument } from '../../src-shared/shell-quote';

/* Refusals before a dataset is rolled back or replaced, while nothing is changed. */

/** Refuses held snapshots. `destroy -r` and `rollback -r` destroy others before they fail at a held one. */
export function refuseHeld(action: string, toDestroy: readonly ZfsSnapshot[]): void {
  const held = toDestroy.filter((snapshot) => snapshot.held);
  if (held.length === 0) return;
  throw new AppError(
    'snapshot',
    `${action} would destroy ${held.map(({ id }) => id).join(', ')}, which is held. Nothing was changed.`,
    `List its holds: zfs holds ${quoteArgument(held[0]?.id ?? '')}`,
  );
}

/** Refuses a dataset that `zfs mount` would mount elsewhere, or not at all, while nothing is changed. */
export function refuseUnmountable(action: string, { dataset, mountpoint }: ZfsTree, present: ZfsProperties): void {
  const values = present.get(dataset);
  const [at, canMount] = [values?.get('mountpoint'), values?.get('canmount')];
  const refusal = (reason: string, undo: string): AppError =>
    new AppError('snapshot', `${action} is not possible: ${dataset} has ${reason}. Nothing was changed.`, undo);
  if (canMount === 'off')
    throw refusal('canmount=off', `Let it be mounted: zfs set canmount=on ${quoteArgument(dataset)}`);
  if (at !== mountpoint)
    throw refusal(
      `the mountpoint ${at} and not ${mountpoint}`,
      `Give it that one: zfs inherit mountpoint ${quoteArgument(dataset)}`,
    );
}

/**
 * Refuses datasets below the build data's that are mounted outside of it. Those inside, mounted or not, are replaced
 * with it.
 */
export function refuseElsewhere(
  action: string,
  { dataset, mountpoint }: ZfsTree,
  below: readonly string[],
  present: ZfsProperties,
): void {
  for (const name of below) {
    const at = present.get(name)?.get('mountpoint') ?? 'none';
    if (!at.startsWith('/') || at.startsWith(`${mountpoint}/`)) continue;
    throw new AppError(
      'snapshot',
      `${action} would destroy ${name}, which belongs at ${at} and not in ${dataset}. Nothing was changed.`,
      `Move it out of the build data: zfs rename ${quoteArgument(name)} ANOTHER_DATASET`,
    );
  }
}

/**
 * Refuses a snapshot of build data with datasets below it: a killed engine or a user took it, and a rollback would lose
 * those.
 */
export function refuseRecursive(action: string, name: string, below: readonly string[], present: ZfsProperties): void {
  const included = below.filter((dataset) => present.has(`${dataset}@${name}`));
  if (included.length === 0) return;
  throw new AppError(
    'snapshot',
    `${action} would destroy ${included.join(', ')}, which the snapshot contains too. Nothing was changed.`,
    `To go back without them: ${outermost(included)
      .map((dataset) => `zfs destroy -r ${dataset}`)
      .join(' && ')}`,
  );
}

/**
 * Refuses files in the folder on which the dataset is to be mounted: they belong to the dataset above and would be
 * hidden.
 */
export function refuseHidden(action: string, folder: string): void {
  if (!exists(folder) || readdirSync(folder).length === 0) return;
  throw new AppError(
    'snapshot',
    `${action} is not possible: nothing is mounted at ${folder}, and that folder is not empty. Nothing was changed.`,
    'Move its contents away, or remove them.',
  );
}
