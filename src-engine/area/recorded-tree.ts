import type { Readable } from 'node:stream';
import { AppError } from '../../src-shared/errors';
import type { AttributeSource } from '../snapshots/attribute-text';
import type { TreeEntry, TreePath, TreeView } from '../snapshots/tree-view';

/**
 * A tree that another process may change, which remembers the entries that it has returned. `isUnchanged` reads them
 * again: when nothing differs, all of them were valid at one moment.
 */
export class RecordedTree implements TreeView {
  readonly #tree: TreeView;
  readonly #names = new Map<TreePath, string>();
  readonly #entries = new Map<TreePath, string>();

  constructor(tree: TreeView) {
    this.#tree = tree;
  }

  async names(path: TreePath): Promise<readonly string[]> {
    const names = await this.#tree.names(path);
    this.#names.set(path, names.join('/'));
    return names;
  }

  async entry(path: TreePath): Promise<TreeEntry | undefined> {
    const entry = await this.#tree.entry(path);
    this.#entries.set(path, signature(entry));
    return entry;
  }

  attributes(path: TreePath): AttributeSource {
    return this.#tree.attributes?.(path) ?? '';
  }

  read(path: TreePath, end?: number): Promise<Readable> {
    return this.#tree.read(path, end);
  }

  /** Whether all names and entries are still as they were returned. A changed content changes its entry's ctime. */
  async isUnchanged(signal?: AbortSignal): Promise<boolean> {
    try {
      for (const [path, entry] of this.#entries) {
        signal?.throwIfAborted();
        if (signature(await this.#tree.entry(path)) !== entry) return false;
      }
      for (const [path, names] of this.#names) if ((await this.#tree.names(path)).join('/') !== names) return false;
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'missing') return false;
      throw error;
    }
  }
}

function signature(entry: TreeEntry | undefined): string {
  if (!entry) return '';
  const { type, mode, uid, gid, size, mtimeNs, target, node, identity } = entry;
  return [type, mode, uid, gid, size, mtimeNs, target, node, identity].join(' ');
}
