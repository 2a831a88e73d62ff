import { join } from 'node:path';
import { flag, number, object, oneOf, optional, text, type TypeOf } from '../../src-shared/shape';
import { readJsonFile } from '../system/json-file';
import { mayBeLocked, probeKernelLock } from '../system/kernel-lock';
import { isOnNetwork } from '../system/network-file-system';
import { livenessOf, processIdentity } from '../system/processes';
import type { BuildArea } from './area';

const purpose = oneOf('build', 'prune', 'lines');

/** The reason for holding an area. `cancel` and `pause` act on builds only. */
export type LockPurpose = TypeOf<typeof purpose>;

export const lockOwner = object('LockOwner', 'The process that holds a build area.', {
  ...processIdentity.fields,
  id: optional(text, 'Unique to this holding of the lock; the journal and requests name it. Missing from version 1.'),
  purpose: optional(purpose, 'Missing from version 1: a build.'),
  kernelLock: optional(flag, 'Whether the owner holds the kernel lock too; missing from version 1.'),
  since: number,
  client: text,
  user: text,
  manifest: text,
});

/**
 * The process that holds a build area, stored in `AREA/.slipway/lock` for users and programs to read. Where the
 * kernel's lock on the area's folder exists, that one excludes others. `since` is in seconds since the epoch; `client`
 * started the engine: `terminal`, or the app's own name (SLIPWAY_CLIENT).
 */
export type LockOwner = TypeOf<typeof lockOwner>;

/**
 * The state of an area's lock. Without an owner, the lock file is damaged, missing or not written yet.
 *
 * - `held`   a process holds it
 * - `stale`  the owner has ended without releasing it: the run it held was interrupted
 * - `remote` the owner is on another host, which cannot be asked from here
 */
export type LockState =
  | { readonly kind: 'free' }
  | {
      readonly kind: 'held' | 'stale' | 'remote';
      readonly owner?: LockOwner;
      /** Why the lock file cannot be read as a record, as a clause: "it is missing". */
      readonly damage?: string;
    };

/** The damage of a lock file that another program has removed while its owner holds the kernel's lock. */
export const LOCK_FILE_MISSING = 'it is missing';

export const lockPath = (area: BuildArea): string => join(area.stateFolder, 'lock');

/**
 * Reads the state of the lock and changes nothing. The kernel is asked only when the lock file does not decide whether
 * its owner lives.
 */
export function readLock(area: BuildArea): LockState {
  const file = readJsonFile(lockPath(area), lockOwner);
  if (file.kind === 'missing')
    return mayBeLocked(area.mountpoint) && probeKernelLock(area.mountpoint) === 'held'
      ? { kind: 'held', damage: LOCK_FILE_MISSING }
      : { kind: 'free' };
  if (file.kind === 'damaged') return { kind: kindByKernel(area), damage: file.why };
  const owner = file.value;
  const liveness = livenessOf(owner);
  if (liveness === 'alive' || liveness === 'dead') return { kind: liveness === 'alive' ? 'held' : 'stale', owner };
  return { kind: kindByKernel(area, owner), owner };
}

function kindByKernel(area: BuildArea, owner?: LockOwner): 'held' | 'stale' | 'remote' {
  const kernel = probeKernelLock(area.mountpoint);
  if (kernel === 'held') return 'held';
  if (isLeftBehind(area, kernel === 'free', owner)) return 'stale';
  return owner && livenessOf(owner) === 'other-namespace' ? 'held' : 'remote';
}

/**
 * Whether an owner has left its lock behind.
 *
 * On a local file system a free kernel lock proves it, even when the lock names another host: this host was renamed. On
 * a network file system the owner may be another machine. Without a kernel lock, a damaged file comes from a power loss
 * before this boot.
 *
 * @param isFree whether the kernel's lock is known to be free
 * @param owner `undefined` when the lock file is damaged
 */
export function isLeftBehind(area: BuildArea, isFree: boolean, owner: LockOwner | undefined): boolean {
  const liveness = owner && livenessOf(owner);
  if (liveness === 'alive' || liveness === 'dead') return liveness === 'dead';
  if (isOnNetwork(area.mountpoint)) return false;
  if (liveness === 'other-namespace') return isFree && owner?.kernelLock === true;
  return isFree || liveness === undefined || liveness === 'other-boot';
}
