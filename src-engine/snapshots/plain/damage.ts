import { lstatSync, type BigIntStats } from 'node:fs';
import { escapeName } from '../../../src-shared/name-escapes';
import { DamagedSnapshot } from '../damaged';
import { systemPath } from '../bytes';
import type { TreeRecord } from './record';

/**
 * Throws `DamagedSnapshot` when an object of the records is missing, or was written to since it was stored. The caller
 * has changed nothing yet.
 *
 * @param keepsTimes whether the store's file system keeps times exactly
 */
export function requireObjects(
  snapshot: string,
  records: readonly TreeRecord[],
  objectPath: (reference: string) => string,
  keepsTimes: boolean,
): void {
  for (const record of records) {
    if (record.type === 'link' || record.type === 'folder') continue;
    for (const reference of [record.object, record.content]) {
      const path = reference === undefined ? undefined : objectPath(reference);
      if (path === undefined) continue;
      const why = objectDamage(record, path, reference === record.content, keepsTimes);
      if (why !== undefined) throw damagedObject(snapshot, record.path, path, why);
    }
  }
}

/** The error for a file of a checkpoint whose stored object is damaged. Paths have one character per byte. */
export function damagedObject(snapshot: string, path: string, object: string, why: string): DamagedSnapshot {
  return new DamagedSnapshot(
    `The checkpoint ${snapshot} is damaged: ${escapeName(path)} is stored in ${escapeName(object)}, which ${why}`,
  );
}

/** Why an object differs from the stored one, according to `lstat`; `undefined` when it does not. */
export function objectDamage(
  record: TreeRecord,
  path: string,
  isContent: boolean,
  keepsTimes: boolean,
): string | undefined {
  let stats: BigIntStats | undefined;
  try {
    stats = lstatSync(systemPath(path), { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') throw error;
    return `cannot be read (${code ?? String(error)})`;
  }
  if (!stats) return 'is missing';
  if (record.type !== 'file') return undefined;
  if (!stats.isFile()) return 'is not a file';
  const hasContent = isContent || record.content === undefined;
  if (hasContent && stats.size !== BigInt(record.size)) return `has ${stats.size} bytes instead of ${record.size}`;
  // An object has the time of the file. A different time shows that the object was written to.
  if (record.content === undefined && keepsTimes && stats.mtimeNs !== BigInt(record.mtime))
    return 'was changed after it was stored';
  return undefined;
}
