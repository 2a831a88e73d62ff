import { existsSync, statSync } from 'node:fs';
import { AppError } from '../../src-shared/errors';
import { exec } from '../system/exec';
import type { SnapshotBackend } from './backend';
import { folderView } from './folder-tree';
import { SnapshotStore, type StoredSnapshot } from './store';
import { endOrphanedTools, refuseUse, removeTree, storeTool } from './store-tools';
import { TreeSwap } from './tree-swap';

/** A subvolume's root always has this inode number. */
const SUBVOLUME_INODE = 256;

/** Whether a path is a btrfs subvolume's root; the file system is known to be btrfs. */
export function isSubvolume(path: string): boolean {
  return existsSync(path) && statSync(path).ino === SUBVOLUME_INODE;
}

/**
 * Snapshots of a btrfs subvolume, read-only, in a folder of the same file system. Taking one is a single call into the kernel.
 *
 * A rollback makes a writable snapshot beside the build data and swaps the two by renaming; a crash between the two renames is
 * mended at the next call.
 */
export function createBtrfsBackend({
  buildData,
  store: folder,
}: {
  buildData: string;
  store: string;
}): SnapshotBackend {
  const store = new SnapshotStore(folder);
  const tool = storeTool(folder);

  /** Removes a subvolume, or the plain directory that a build area may have had before. */
  async function remove(path: string): Promise<void> {
    if (!existsSync(path)) return;
    if (!isSubvolume(path)) return removeTree(path, tool);
    const { code } = await tool(['btrfs', 'subvolume', 'delete', path], { okExitCodes: [0, 1] });
    // Gone although that failed: a killed engine's command came first.
    if (code === 0 || !existsSync(path)) return;
    // A step may have made subvolumes of its own, and those have to go first.
    const { stdout } = await tool(['find', path, '-depth', '-type', 'd', '-inum', `${SUBVOLUME_INODE}`, '-print0']);
    for (const subvolume of stdout.split('\0').filter(Boolean)) await tool(['btrfs', 'subvolume', 'delete', subvolume]);
    if (existsSync(path)) throw new AppError('snapshot', `${path} could not be removed.`);
  }

  const swap = new TreeSwap(buildData, remove);

  async function recover(): Promise<void> {
    await endOrphanedTools(folder);
    await swap.recover();
  }

  /** A snapshot does not hold the subvolumes below it: they would be lost without a word. */
  async function refuseNested(): Promise<void> {
    const { stdout } = await exec(['btrfs', 'subvolume', 'list', '-o', buildData]);
    const names = stdout.split('\n').filter(Boolean);
    if (names.length > 0)
      throw new AppError(
        'snapshot',
        `${buildData} holds subvolumes of its own, which a snapshot would leave out: ${names.join('; ')}.`,
        'Let the step make folders instead of subvolumes.',
      );
  }

  const destroyEntry = (snapshot: StoredSnapshot): Promise<void> => remove(snapshot.path);

  return {
    kind: 'btrfs',

    async reset() {
      await recover();
      refuseUse(`Emptying ${buildData}`, buildData);
      await tool(['btrfs', 'subvolume', 'create', swap.fresh]);
      await swap.swapIn();
      for (const snapshot of store.list().reverse()) await destroyEntry(snapshot);
    },

    list: () => Promise.resolve(store.list()),

    async take(name) {
      const snapshot = store.next(name);
      await recover();
      await refuseNested();
      await tool(['btrfs', 'subvolume', 'snapshot', '-r', buildData, snapshot.path]);
      return snapshot;
    },

    async rollback(name) {
      const target = store.find(name);
      await recover();
      refuseUse(`Rolling back to ${name}`, buildData);
      await tool(['btrfs', 'subvolume', 'snapshot', target.path, swap.fresh]);
      await swap.swapIn();
      // Newest first: an interruption leaves no gap.
      for (const snapshot of store.newerThan(target).reverse()) await destroyEntry(snapshot);
    },

    async destroy(name) {
      await destroyEntry(store.find(name));
    },

    async open(name) {
      return folderView(store.find(name).path);
    },

    async size(name) {
      const { path } = store.find(name);
      // Exclusive bytes are what would be freed; without quotas only walking the extents tells.
      const { stdout } = await exec(['btrfs', 'filesystem', 'du', '-s', '--raw', path]);
      const [total, exclusive] = stdout.trim().split('\n').at(-1)?.trim().split(/\s+/) ?? [];
      return { referenced: Number(total), unique: Number(exclusive) };
    },
  };
}
