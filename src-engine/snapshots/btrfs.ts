import { lstatSync } from 'node:fs';
import { exec } from '../system/exec';
import { exists } from '../system/files';
import { quote } from '../system/shell-quote';
import type { SnapshotBackend } from './backend';
import { createBtrfsLines } from './btrfs-lines';
import { waitForFreedSpace } from './btrfs-space';
import { folderView } from './folder-tree';
import { leftOut, refuseForeign, refuseMountsOf } from './guard';
import { ParkedEntries } from './parked-entries';
import { SnapshotStore, type StoredSnapshot } from './store';
import { endOrphanedTools, refuseUse, removeTree, storeTool } from './store-tools';
import { TreeSwap } from './tree-swap';

/** A subvolume's root always has this inode number. */
const SUBVOLUME_INODE = 256;

/** Whether a path is the root of a btrfs subvolume and not a link to one. The file system is known to be btrfs. */
export function isSubvolume(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.ino === SUBVOLUME_INODE;
}

/**
 * Snapshots of a btrfs subvolume, read-only, in a folder of the same file system. Taking one is a single call into the
 * kernel.
 *
 * A rollback makes a writable snapshot beside the build data and swaps the two by renaming; the next call repairs a
 * crash between the two renames.
 */
export function createBtrfsBackend({
  buildData,
  store: folder,
}: {
  buildData: string;
  store: string;
}): SnapshotBackend {
  const store = new SnapshotStore(folder);
  const parked = new ParkedEntries(folder);
  const tool = storeTool(folder);

  /** Removes a subvolume, or the plain directory that an older build area may have. */
  async function remove(path: string): Promise<void> {
    if (!exists(path)) return;
    if (!isSubvolume(path)) return removeTree(path, tool);
    await refuseForeign(`Removing ${path}`, [path]);
    const { code } = await tool(['btrfs', 'subvolume', 'delete', path], { okExitCodes: [0, 1] });
    // A killed engine's command has removed it in the meantime.
    if (code === 0 || !exists(path)) return;
    // Subvolumes made by a step have to be removed first. The kernel refuses that in a read-only subvolume.
    await tool(['btrfs', 'property', 'set', '-f', '-ts', path, 'ro', 'false']);
    for (const subvolume of await subvolumesIn(path)) await remove(subvolume);
    await tool(['btrfs', 'subvolume', 'delete', path]);
  }

  /** The outermost subvolumes in a tree. `find` stops at each, because each is a separate device. */
  async function subvolumesIn(path: string): Promise<string[]> {
    const inode = `${SUBVOLUME_INODE}`;
    const { stdout } = await tool(['find', path, '-xdev', '-mindepth', '1', '-type', 'd', '-inum', inode, '-print0']);
    return stdout.split('\0').filter(Boolean);
  }

  const swap = new TreeSwap(buildData, remove);

  async function recover(): Promise<void> {
    await endOrphanedTools(folder);
    await swap.recover();
  }

  const refuseForeignTrees = (action: string): Promise<void> =>
    refuseForeign(action, [buildData, folder, ...swap.leftovers()]);

  /** The subvolumes that steps have made. Querying the file system is cheaper than a search, and they are rare. */
  async function nested(tree: string): Promise<string[]> {
    if (!isSubvolume(tree)) return [];
    const { stdout } = await exec(['btrfs', 'subvolume', 'list', '-o', tree]);
    return stdout.trim() === '' ? [] : subvolumesIn(tree);
  }

  async function refuseNested(action: string, tree = buildData): Promise<void> {
    const found = await nested(tree);
    if (found.length === 0) return;
    const undo = `btrfs subvolume delete -- ${found.map(quote).join(' ')}`;
    throw leftOut(action, tree, 'subvolumes', found, undo);
  }

  /** The replaced subvolume must not be mounted elsewhere, nor those of steps. */
  const refuseMountedElsewhere = async (action: string): Promise<void> =>
    refuseMountsOf(action, isSubvolume(buildData) ? [...(await nested(buildData)), buildData] : []);

  /** A snapshot that a parked line has is kept for that line. */
  const destroyEntry = async (snapshot: StoredSnapshot): Promise<void> => {
    if (!parked.keep(snapshot.path)) await remove(snapshot.path);
  };

  async function prepare(action: string): Promise<void> {
    await refuseForeignTrees(action);
    await recover();
    await refuseMountedElsewhere(action);
    refuseUse(action, buildData);
  }

  return {
    kind: 'btrfs',
    // The kernel writes out only the data of the snapshot's source.
    takeSyncsArea: false,

    async reset() {
      await prepare(`Emptying ${buildData}`);
      await tool(['btrfs', 'subvolume', 'create', swap.fresh]);
      await swap.swapIn();
      for (const snapshot of store.list().reverse()) await destroyEntry(snapshot);
      await waitForFreedSpace(folder, tool);
    },

    list: () => Promise.resolve(store.list()),

    async take(name) {
      const snapshot = store.next(name);
      const action = `Taking ${name}`;
      await refuseForeignTrees(action);
      await recover();
      await refuseNested(action);
      // The kernel writes out the tree and commits before this returns, so that every listed snapshot is on the disk.
      await tool(['btrfs', 'subvolume', 'snapshot', '-r', buildData, snapshot.path]);
      return snapshot;
    },

    async rollback(name) {
      const target = store.find(name);
      await prepare(`Rolling back to ${name}`);
      await tool(['btrfs', 'subvolume', 'snapshot', target.path, swap.fresh]);
      await swap.swapIn();
      // Newest first: an interruption leaves no gap.
      for (const snapshot of store.newerThan(target).reverse()) await destroyEntry(snapshot);
      await waitForFreedSpace(folder, tool);
    },

    async destroy(name) {
      const snapshot = store.find(name);
      await refuseForeign(`Destroying ${name}`, [folder]);
      await destroyEntry(snapshot);
      await waitForFreedSpace(folder, tool);
    },

    async open(name) {
      return folderView(store.find(name).path);
    },

    async size(name) {
      const { path } = store.find(name);
      // Exclusive bytes would be freed. Without quotas only walking the extents determines them.
      const { stdout } = await exec(['btrfs', 'filesystem', 'du', '-s', '--raw', path]);
      const [total, exclusive] = stdout.trim().split('\n').at(-1)?.trim().split(/\s+/) ?? [];
      // Content that btrfs stores beside its metadata is not counted; a tree of small files has no other.
      return { referenced: bytesOf(total) || (await apparentSize(path)), unique: bytesOf(exclusive) };
    },

    lines: createBtrfsLines({ buildData, store, parked, swap, tool, prepare, remove, refuseNested }),
  };
}

function bytesOf(number: string | undefined): number | undefined {
  return number !== undefined && /^\d+$/.test(number) ? Number(number) : undefined;
}

async function apparentSize(path: string): Promise<number | undefined> {
  const { stdout } = await exec(['du', '-s', '-b', path]);
  return bytesOf(stdout.split('\t')[0]);
}
