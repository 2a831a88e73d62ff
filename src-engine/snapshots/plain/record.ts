import type { BigIntStats } from 'node:fs';
import type { TreePath } from '../tree-view';

/** Kinds of entries that a plain snapshot keeps. */
export type EntryType = 'file' | 'folder' | 'link' | 'fifo' | 'socket' | 'char' | 'block';

/** One entry of a snapshot's tree, as its index contains it. */
export interface TreeRecord {
  readonly path: TreePath;
  readonly type: EntryType;
  /** Permission, set-id and sticky bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes; 0 for everything but files and links. */
  readonly size: number;
  /** Nanoseconds since the epoch, decimal: JSON numbers are not exact here. */
  readonly mtime: string;
  /** Device number of a device, decimal. */
  readonly rdev?: string;
  /** Target of a symbolic link, one character per byte. */
  readonly target?: string;
  /** Number of the inode within the tree, when the tree has several names for it. */
  readonly group?: number;
  /** Extended attributes of a folder or link as pax records. Those of other entries are on their object. */
  readonly attributes?: string;
  /** The inode in the store that has the content and all metadata of a file, fifo, socket or device. */
  readonly object?: string;
  /** The inode in the store that has the content, when `object` has the metadata only. */
  readonly content?: string;
  /** The letters of the entry's flags (`chattr`), such as `i` for immutable. */
  readonly flags?: string;
}

const FORMAT = 0o170000;
const TYPES: ReadonlyMap<number, EntryType> = new Map([
  [0o100000, 'file'],
  [0o040000, 'folder'],
  [0o120000, 'link'],
  [0o010000, 'fifo'],
  [0o140000, 'socket'],
  [0o020000, 'char'],
  [0o060000, 'block'],
]);

/** The record of a live entry, with the fields that `lstat` reports. */
export function recordOf(path: TreePath, stats: BigIntStats): TreeRecord {
  const mode = Number(stats.mode);
  const type = TYPES.get(mode & FORMAT) ?? 'file';
  return {
    path,
    type,
    mode: mode & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: type === 'file' || type === 'link' ? Number(stats.size) : 0,
    mtime: String(stats.mtimeNs),
    ...((type === 'char' || type === 'block') && { rdev: String(stats.rdev) }),
  };
}

/**
 * Identifies one state of a live inode: any change of content or metadata changes the time of its last status change
 * (ctime). The path is not included, so that a moved tree is recognised.
 */
export function stampOf(stats: BigIntStats): string {
  return `${stats.ino}:${stats.ctimeNs}:${stats.size}:${stats.mode}`;
}

/** Whether two records have the same metadata, apart from extended attributes and links. */
export function sameMetadata(a: TreeRecord, b: TreeRecord): boolean {
  return (
    a.type === b.type &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.size === b.size &&
    a.mtime === b.mtime &&
    a.rdev === b.rdev &&
    a.target === b.target
  );
}
