import type { Readable } from 'node:stream';
import type { AttributeSource } from './attribute-text';

/**
 * A path inside a tree, relative to its root, `''` for the root itself. Names are bytes that need not be UTF-8, so a path is a
 * string with one character per byte (`latin1`); `Buffer.from(path, 'latin1')` is what system calls take.
 */
export type TreePath = string;

/** The metadata of one entry of a tree. */
export interface TreeEntry {
  readonly type: 'file' | 'folder' | 'link' | 'other';
  /** Permission bits with set-id and sticky bits, without the file type. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number;
  readonly mtimeNs: bigint;
  /** The target of a symbolic link, bytes as in `TreePath`. */
  readonly target?: string;
  /** For `other`, the kind of node: `fifo:`, `socket:`, `char:` or `block:` with the device number of stat(2). */
  readonly node?: string;
  /**
   * Equal for two entries of one backend only when content and metadata are certainly the same, in whatever tree they
   * are; for folders also everything below them. `undefined`: unknown, so the content has to be compared.
   */
  readonly identity: string | undefined;
}

/**
 * A consistent, read-only tree: a checkpoint, or a folder. Every method throws `AppError('missing')` for a path that does not exist
 * and an `AppError` that names the path when it cannot be read: an unreadable folder is never an empty one.
 */
export interface TreeView {
  /** The names in a folder, sorted by bytes. */
  names(path: TreePath): Promise<readonly string[]>;
  /** The entry at a path; `undefined` when there is none. Symbolic links are not followed. */
  entry(path: TreePath): Promise<TreeEntry | undefined>;
  /** Where the extended attributes of an existing entry are read; missing where the tree has none. */
  attributes?(path: TreePath): AttributeSource;
  /** The content of a file. @param end index of the last byte wanted */
  read(path: TreePath, end?: number): Promise<Readable>;
}
