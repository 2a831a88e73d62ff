import { kernelLockHolders } from '../system/kernel-lock';
import { ownerOf } from '../system/accounts';
import { identityOf, pidInNamespace } from '../system/processes';
import type { BuildArea } from './area';
import { readJournal } from './journal-file';
import type { LockOwner } from './lock-file';
import { runNames } from './run-names';
import { journalPath } from './runs';

/** A PID namespace that is not visible from here. */
const INVISIBLE = 'invisible';

/**
 * The build that holds an area whose lock file is missing or damaged, by the newest journal. Its process is proven to be
 * the owner when the kernel lists the area's lock among its open files. Otherwise it may run in another PID namespace:
 * its `pidNamespace` is no valid one, so that it gets no signal, and requests reach it by the id of its lock.
 *
 * `undefined` when the newest run has ended: then another operation holds the area.
 */
export function buildWithoutLockFile(area: BuildArea): LockOwner | undefined {
  const name = runNames(area).at(-1);
  if (name === undefined) return undefined;
  const journal = journalPath(area, name);
  try {
    const { state, pid, lock, client, startedAt, manifest = '' } = readJournal(journal);
    if (state !== 'running' || pid === undefined || lock === undefined) return undefined;
    const holders = kernelLockHolders(area.mountpoint);
    const owner = holders.find((holder) => pidInNamespace(holder) === pid);
    // The holder is visible, and does not write this journal.
    if (owner === undefined && holders.length > 0) return undefined;
    return {
      ...identityOf(owner ?? pid),
      ...(owner === undefined && { pidNamespace: INVISIBLE }),
      id: lock,
      purpose: 'build',
      kernelLock: true,
      since: Math.floor(startedAt ?? 0),
      client: client ?? 'terminal',
      user: ownerOf(journal) ?? 'another account',
      manifest,
    };
  } catch {
    return undefined; // the journal is gone or cannot be read
  }
}
