import type { Readable } from 'node:stream';
import type { AttributeSource } from '../attribute-text';
import type { FolderTree } from '../folder-tree';
import type { TreeEntry, TreePath, TreeView } from '../tree-view';
import { identityOf } from './index-view';
import type { KnownInodes } from './live-state';
import { stampOf } from './record';

/**
 * The build data, whose unchanged files have the same identities as in snapshots, so that comparisons need not read
 * their content.
 */
export class KnownTree implements TreeView {
  constructor(
    readonly folder: FolderTree,
    readonly known: KnownInodes,
  ) {}

  names(path: TreePath): Promise<readonly string[]> {
    return this.folder.names(path);
  }

  async entry(path: TreePath): Promise<TreeEntry | undefined> {
    const found = await this.folder.entryWithStats(path);
    if (!found) return undefined;
    const record = this.known.get(stampOf(found.stats));
    const identity = record?.type === 'file' && found.entry.type === 'file' ? identityOf(record) : undefined;
    // The folder's own identities never compare with those of snapshots.
    return { ...found.entry, identity };
  }

  attributes(path: TreePath): AttributeSource {
    return this.folder.attributes(path);
  }

  read(path: TreePath, end?: number): Promise<Readable> {
    return this.folder.read(path, end);
  }
}
