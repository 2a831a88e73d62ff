import { linkSync, rmSync, unlinkSync } from 'node:fs';
import { writeSynced } from '../system/files';
import { readJsonFile } from '../system/json-file';
import { lockOwner, type LockOwner } from './lock-file';

/** Errors of `link` on file systems without hard links (vfat, exfat, some network file systems). */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'];

/** `taken`, or the owner that holds the lock; `undefined` when its file is damaged. */
export type Taking = { readonly taken: true } | { readonly taken: false; readonly holder: LockOwner | undefined };

/**
 * Creates a lock file if no owner holds it. It is used on systems without a kernel lock, and on file systems that other
 * machines use too.
 *
 * `link` makes the file appear whole or not at all. A dead lock may be removed only by the process that holds the lock
 * named after the dead owner. So no other process can put a live lock there between the last check and the removal.
 *
 * @param isLeftBehind whether an owner has ended; `undefined` is the owner of a damaged file
 */
export function takeByLink(
  path: string,
  me: LockOwner,
  isLeftBehind: (owner: LockOwner | undefined) => boolean,
): Taking {
  const draft = `${path}.${me.id}.draft`;
  writeSynced(draft, JSON.stringify(me));
  try {
    for (;;) {
      if (createFrom(draft, path, me)) return { taken: true };
      const found = readJsonFile(path, lockOwner);
      if (found.kind === 'missing') continue; // released in between
      const owner = found.kind === 'read' ? found.value : undefined;
      if (!isLeftBehind(owner)) return { taken: false, holder: owner };
      const clearing = `${path}.clear-${idOf(owner)}`;
      const contender = takeByLink(clearing, me, isLeftBehind);
      if (!contender.taken) return contender;
      const still = readJsonFile(path, lockOwner);
      if (still.kind !== 'missing' && idOf(still.kind === 'read' ? still.value : undefined) === idOf(owner))
        unlinkSync(path);
      unlinkSync(clearing);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Whether the file did not exist and now has the draft's content. */
function createFrom(draft: string, path: string, me: LockOwner): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.includes(code)) throw error;
  }
  try {
    // This is exclusive too, but a crash can leave a partial file: a damaged lock.
    writeSynced(path, JSON.stringify(me), 'wx');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

const idOf = (owner: LockOwner | undefined): string =>
  owner ? `${owner.pid}-${owner.startTime}-${owner.bootId}` : 'damaged';
