import { quoteCommand } from '../../../src-shared/shell-quote';
import type { RightsRequest } from './request';

/**
 * The permissions that the engine needs on the dataset of a build area: create (area, media, logs, build_data), mount,
 * rename and destroy (a full build replaces build_data; clones of checkpoints are removed), snapshot, rollback, clone
 * with readonly, mountpoint and a property of Slipway, and for lines promote and canmount. It only lists holds, and never
 * sends or compares.
 */
export const ENGINE_PERMISSIONS = [
  'canmount',
  'clone',
  'create',
  'destroy',
  'mount',
  'mountpoint',
  'promote',
  'readonly',
  'rename',
  'rollback',
  'snapshot',
  'userprop',
] as const;

/** Commands for root that delegate these permissions to an account; empty for a build area that is not on ZFS. */
export function zfsAllow({ user, area: { dataset, mountpoint, exists } }: RightsRequest): string[] {
  if (dataset === undefined) return [];
  return [
    '# They apply to this dataset and all below it.',
    ...(exists ? [] : [quoteCommand(['zfs', 'create', '-p', dataset])]),
    quoteCommand(['zfs', 'allow', '-u', user, ENGINE_PERMISSIONS.join(','), dataset]),
    quoteCommand(['chown', user, mountpoint]),
    process.platform === 'linux'
      ? '# Not covered: on Linux only root mounts and unmounts, whatever zfs allow permits, and the engine mounts: build with sudo. Operations that do not mount, such as deleting a checkpoint, need only these permissions.'
      : '# Not covered: steps that give files of the image other owners still need root.',
  ];
}
