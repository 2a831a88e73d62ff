import { parentOf } from '../bytes';
import type { LastTree } from './last-tree';
import type { LiveEntry } from './scan';

const MIN_FILES = 4;
const OWNER_BITS = 0o700;
/** Names that Node can remove from the store. */
const PLAIN_NAME = /^[\x20-\x7e]+$/;

/**
 * The folders that contain only new plain files, as after a step that installs a system. They are copied as a whole,
 * which saves a link for each file.
 *
 * @param pending the entries that are to be stored
 * @param last may have stored versions of files, found by their path
 * @returns the names of the copies, by the folders' paths
 */
export function wholeFolders(
  entries: readonly LiveEntry[],
  pending: ReadonlySet<LiveEntry>,
  last: LastTree,
): ReadonlyMap<string, string> {
  const files = new Map<string, number>();
  const others = new Set<string>();
  for (const entry of entries) {
    const { record, links } = entry;
    const parent = parentOf(record.path);
    if (record.path === '') others.add('');
    // The folder itself is new too, so a file that is added meanwhile is detected.
    else if (record.type === 'folder' && (!pending.has(entry) || (record.mode & OWNER_BITS) !== OWNER_BITS))
      others.add(record.path).add(parent);
    else if (record.type === 'folder') others.add(parent);
    else if (
      record.type === 'file' &&
      links === 1 &&
      (record.mode & 0o400) !== 0 &&
      pending.has(entry) &&
      PLAIN_NAME.test(record.path.slice(parent.length)) &&
      !last.record(record.path)
    )
      files.set(parent, (files.get(parent) ?? 0) + 1);
    else others.add(parent);
  }
  const whole = [...files].filter(([path, count]) => count >= MIN_FILES && !others.has(path));
  return new Map(whole.map(([path], n) => [path, `f${n}`]));
}
