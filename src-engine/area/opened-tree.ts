import { chmodSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { AttributeSource } from '../snapshots/attribute-text';
import { FolderTree } from '../snapshots/folder-tree';
import type { TreeEntry, TreePath, TreeView } from '../snapshots/tree-view';

const OWNER_BITS = 0o700;

/**
 * A tree of this account that is read although some of its folders have no read permission. Such a folder is opened
 * after its own mode was read; `close` restores the modes of all of them.
 */
export class OpenedTree implements TreeView {
  readonly #tree: FolderTree;
  readonly #root: Buffer;
  readonly #opened: { readonly at: Buffer; readonly mode: number }[] = [];

  constructor(root: string) {
    this.#tree = new FolderTree(root);
    this.#root = Buffer.from(`${root}/`);
  }

  names(path: TreePath): Promise<readonly string[]> {
    return this.#tree.names(path);
  }

  async entry(path: TreePath): Promise<TreeEntry | undefined> {
    const entry = await this.#tree.entry(path);
    if (entry?.type === 'folder' && (entry.mode & OWNER_BITS) !== OWNER_BITS && process.getuid?.() === entry.uid) {
      const at = Buffer.concat([this.#root, Buffer.from(path, 'latin1')]);
      chmodSync(at, entry.mode | OWNER_BITS);
      this.#opened.push({ at, mode: entry.mode });
    }
    return entry;
  }

  attributes(path: TreePath): AttributeSource {
    return this.#tree.attributes(path);
  }

  read(path: TreePath, end?: number): Promise<Readable> {
    return this.#tree.read(path, end);
  }

  /** Innermost first, because a folder without permissions hides its contents. */
  close(): void {
    for (const { at, mode } of this.#opened.splice(0).reverse()) chmodSync(at, mode);
  }
}
