import { AppError } from '../../src-shared/errors';

/**
 * Refuses names that have another meaning to a tool: `/` would leave the folder of snapshots, and `zfs destroy` reads
 * `a,b` and `a%b` as a list and a range. Other restrictions are left to the file system.
 */
export function assertSnapshotName(name: string): void {
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  if (/^[^/@,%#\x00-\x1f\x7f]+$/.test(name) && Buffer.byteLength(name) <= 150) return;
  throw new AppError(
    'snapshot',
    `${JSON.stringify(name)} cannot be the name of a snapshot.`,
    'Use letters, digits and _ . : - in the names of checkpoints.',
  );
}
