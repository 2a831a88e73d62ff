import { bytePath } from '../bytes';
import { applyTree } from './apply-tree';
import { hasCertainStamps } from './file-system';
import type { PlainSnapshot, PlainStore } from './plain-store';
import type { EntryType } from './record';
import { scanTree } from './scan';
import type { RunStoreTool } from '../store-tools';
import { readIndex } from './tree-index';

/**
 * Creates a snapshot's exact tree, with all metadata, in an empty folder on any file system. The folder itself gets the
 * metadata of the tree's root. An ordinary user's tree has no devices.
 */
export async function materialise(
  store: PlainStore,
  snapshot: PlainSnapshot,
  folder: string,
  tool: RunStoreTool,
): Promise<void> {
  const root = bytePath(folder);
  await applyTree({
    action: `Writing ${folder}`,
    root,
    snapshot: snapshot.name,
    keepsTimes: hasCertainStamps(store.folder, store.folder),
    target: readIndex(snapshot.path).records.filter(({ type }) => mayCreate(type)),
    live: scanTree(root),
    knownOf: () => undefined,
    stage: `${root}/.slipway-stage`,
    objectPath: (reference) => store.objectPath(reference),
    tool,
  });
}

const mayCreate = (type: EntryType): boolean => process.getuid?.() === 0 || (type !== 'char' && type !== 'block');
