import { AppError } from '../../src-shared/errors';

/**
 * Refuses names that mean something else to a tool: `/` would leave the folder that snapshots are kept in, and `zfs destroy`
 * reads `a,b` and `a%b` as a list and a range. What else a file system does not take it says itself.
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
