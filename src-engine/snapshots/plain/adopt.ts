import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { AppError } from '../../../src-shared/errors';
import { syncFileSystem, syncFolder } from '../../system/durable';
import { captureAttributes } from './attributes';
import { bytePath } from '../bytes';
import type { PlainSnapshot } from './plain-store';
import type { TreeRecord } from './record';
import { scanTree } from './scan';
import type { PlainArea } from './take';
import { createIndex, readHead, writeIndex } from './tree-index';

/**
 * Converts the snapshots of version one, which are whole trees, into packs with an index each. Nothing is copied.
 * Interrupted at any moment, each is in one form or the other, and the next call continues.
 */
export async function adoptTrees(area: PlainArea): Promise<void> {
  const { store } = area;
  for (const tree of store.trees()) await adopt(area, tree, store.entryOfTree(tree));
}

async function adopt({ store, tool }: PlainArea, path: string, snapshot: PlainSnapshot): Promise<void> {
  if (existsSync(snapshot.path)) {
    // The index was listed, and the rename of the tree is still missing.
    renameSync(path, store.packPath(readHead(snapshot.path).packs[0] ?? store.nextPack()));
    return syncFolder(store.folder);
  }
  const pack = store.nextPack();
  const root = bytePath(path);
  const entries = scanTree(root);
  const described = entries.filter(({ record }) => record.type === 'folder' || record.type === 'link');
  const attributes = await captureAttributes(
    root,
    described.map(({ record }) => record.path),
    tool,
  );
  if (!attributes) throw new AppError('snapshot', `${path} changes while it is read.`);
  const attributesOf = new Map(described.map((entry, n) => [entry, attributes[n]]));
  const records = entries.map((entry): TreeRecord => {
    const { record } = entry;
    const own = attributesOf.get(entry);
    if (record.type === 'folder' || record.type === 'link')
      return { ...record, ...(own !== undefined && { attributes: own }) };
    return { ...record, object: `${pack}:${record.path}` };
  });
  const index = createIndex(randomBytes(8).toString('hex'), records);
  const hidden = join(store.folder, `.adopted-${process.pid}`);
  // A tree without files gets a pack too. Otherwise an interrupted rename would be taken for a finished one.
  writeIndex(hidden, { ...index, head: { ...index.head, packs: [pack] } });
  await syncFileSystem(store.folder); // version one forced nothing to the disk
  renameSync(hidden, snapshot.path);
  syncFolder(store.folder);
  renameSync(path, store.packPath(pack));
  syncFolder(store.folder);
}
