import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '../system/durable';
import { exists } from '../system/files';
import type { SnapshotBackend, SnapshotView } from './backend';
import { tolerateMissingRights } from './copy-folder';
import { DamagedSnapshot } from './damaged';
import { FolderTree, folderView } from './folder-tree';
import { refuseForeign } from './guard';
import { adoptTrees } from './plain/adopt';
import { bytePath } from './bytes';
import { collectGarbage, destroySnapshots } from './plain/collect';
import { hasCertainStamps } from './plain/file-system';
import { forbiddingFlagsOf, immutable } from './flags';
import { IndexTree } from './plain/index-view';
import { KnownTree } from './plain/known-tree';
import { LiveStateFile } from './plain/live-state';
import { materialise } from './plain/materialise';
import { ObjectCheck } from './plain/object-check';
import { OpenedEntries } from './plain/opened-entries';
import { ParkedEntries } from './parked-entries';
import { createPlainLines } from './plain/plain-lines';
import { PlainStore, type PlainSnapshot } from './plain/plain-store';
import { isAsIn, rollBack } from './plain/roll-back';
import { scanTree, TooDeep } from './plain/scan';
import { takeSnapshot, type PlainArea } from './plain/take';
import { StoreSpace } from './plain/store-space';
import { readHead, readIndex } from './plain/tree-index';
import { endOrphanedTools, refuseUse, removeSubvolumes, removeTree, storeTool } from './store-tools';
import { isOpenView, viewPath } from './store-views';
import { TreeSwap } from './tree-swap';

/**
 * Snapshots of any directory: an index of the whole tree for each, and each version of a file once. Taking a snapshot
 * reads the content of new or changed entries. No snapshot shares an inode with the build data, so later writes cannot
 * reach it.
 *
 * @param buildData the directory
 * @param store the folder of the snapshots, on the same file system
 */
export function createPlainBackend({
  buildData,
  store: folder,
}: {
  buildData: string;
  store: string;
}): SnapshotBackend {
  const store = new PlainStore(folder);
  const parked = new ParkedEntries(folder);
  const live = new LiveStateFile(folder);
  const objects = new ObjectCheck((reference) => store.objectPath(reference));
  const tool = storeTool(folder);
  const area: PlainArea = { buildData, store, live, tool };
  const swap = new TreeSwap(buildData, (path) => removeTree(path, tool));
  let measured: { readonly snapshots: string; readonly space: StoreSpace | undefined } | undefined;

  /**
   * Removes the remains of a killed engine: its tools first, then its unfinished work. It is fast when there are none.
   */
  async function recover(action: string): Promise<void> {
    await refuseForeign(action, [buildData, folder, ...swap.leftovers()]);
    const work = store.leftovers().filter((path) => !isOpenView(path));
    if (work.length > 0 || swap.leftovers().length > 0) {
      await endOrphanedTools(folder);
      await swap.recover();
      new OpenedEntries(bytePath(buildData), folder).recover();
      await collectGarbage(area);
      for (const path of store.leftovers()) if (!isOpenView(path)) await remove(path);
    }
    await adoptTrees(area);
  }

  async function remove(path: string): Promise<void> {
    if (lstatSync(path).isDirectory()) await removeTree(path, tool);
    else rmSync(path, { force: true });
  }

  /** Called after `recover`, which may have converted the snapshot. */
  async function findForChange(action: string, name: string): Promise<PlainSnapshot> {
    store.find(name);
    await recover(action);
    return store.find(name);
  }

  /** Reading all indexes takes long, so the result is kept while the snapshots are the same. */
  function space(): StoreSpace | undefined {
    const snapshots = store
      .all()
      .map(({ path }) => path)
      .join('\n');
    if (measured?.snapshots !== snapshots) measured = { snapshots, space: StoreSpace.read(store) };
    return measured.space;
  }

  /** Removes snapshots of the build data. Those that a parked line has are kept for that line. */
  async function release(snapshots: readonly PlainSnapshot[]): Promise<void> {
    const needed = parked.needed();
    await destroySnapshots(
      area,
      [...snapshots]
        .reverse()
        .filter(({ path }) => !parked.keep(path, needed))
        .reverse(),
    );
  }

  /** Refuses before any change when entries cannot be removed. */
  async function refuseImmutable(action: string): Promise<void> {
    if (!exists(buildData)) return;
    const root = bytePath(buildData);
    const opened = new OpenedEntries(root, folder);
    try {
      const records = scanTree(root, (path, mode) => opened.open(path, mode, 0o700)).map(({ record }) => record);
      const flags = await forbiddingFlagsOf(root, records, tool);
      if (flags.size > 0) throw immutable(action, root, flags);
    } catch (error) {
      if (!(error instanceof TooDeep)) throw error; // the removal can enter every folder
    } finally {
      opened.close();
    }
  }

  function open(snapshot: PlainSnapshot): SnapshotView {
    const { name } = snapshot;
    if (snapshot.isTree) return folderView(snapshot.path);
    const { records } = readIndex(snapshot.path);
    let made: string | undefined;
    return {
      tree: new IndexTree(name, records, (reference) => store.objectPath(reference)),
      async folder() {
        if (made !== undefined) return join(made, name);
        const view = viewPath(folder);
        const path = join(view, name); // the prompt of a shell shows the folder's name
        mkdirSync(path, { recursive: true, mode: 0o700 });
        made = view;
        await materialise(store, snapshot, path, tool);
        return path;
      },
      async copyInto(target, run) {
        const tolerant = tolerateMissingRights(run, snapshot.id);
        await materialise(store, snapshot, target, tolerant.tool);
        return tolerant.deniedAttributes();
      },
      async close() {
        if (made !== undefined) await removeTree(made, tool);
      },
    };
  }

  return {
    kind: 'plain',
    takeSyncsArea: false,

    async reset() {
      const action = `Emptying ${buildData}`;
      mkdirSync(folder, { recursive: true });
      await recover(action);
      refuseUse(action, buildData);
      await removeSubvolumes(action, buildData, tool);
      await refuseImmutable(action);
      mkdirSync(swap.fresh, { recursive: true, mode: 0o755 });
      // The folder is empty, so there is no content to force to the disk.
      syncFolder(swap.fresh);
      await swap.swapIn();
      live.clear();
      await release(store.list());
    },

    list(extent = 'quick') {
      const snapshots = store.list();
      const damages = store.damages(snapshots);
      const readable = snapshots.filter(({ path, isTree }) => !isTree && !damages.has(path));
      const keepsTimes = exists(buildData) && exists(folder) && hasCertainStamps(buildData, folder);
      const objectDamages = objects.damages(readable, extent, keepsTimes);
      return Promise.resolve(
        snapshots.map(({ name, id, takenAt, path }) => {
          const damage = damages.get(path) ?? objectDamages.get(path);
          return { name, id, takenAt, ...(damage !== undefined && { damage }) };
        }),
      );
    },

    async take(name) {
      store.next(name);
      await recover(`Taking the checkpoint ${name}`);
      const snapshot = store.next(name);
      await takeSnapshot(area, snapshot);
      return { name, id: snapshot.id, takenAt: snapshot.takenAt };
    },

    async rollback(name) {
      const action = `Rolling back to ${name}`;
      const target = await findForChange(action, name);
      if (!isAsIn(area, target)) {
        refuseUse(action, buildData);
        await removeSubvolumes(action, buildData, tool);
        await rollBack(area, target);
      }
      await release(store.newerThan(target));
    },

    async destroy(name) {
      await release([await findForChange(`Destroying ${name}`, name)]);
    },

    live() {
      const tree = new FolderTree(buildData);
      const state =
        exists(buildData) && exists(folder) && hasCertainStamps(buildData, folder) ? live.read() : undefined;
      return state ? new KnownTree(tree, state.known) : tree;
    },

    open: async (name) => open(store.find(name)),

    async size(name) {
      const { path, isTree } = store.find(name);
      return { referenced: isTree ? undefined : sizeIn(path), unique: space()?.freedBy(new Set([path])) };
    },

    async used() {
      return space()?.used;
    },

    async freedBy(names) {
      return space()?.freedBy(new Set(names.map((name) => store.find(name).path)));
    },

    lines: createPlainLines({ area, parked, recover, space, open }),
  };
}

/** `undefined` for accounts that may not read the snapshot, and for a damaged one. */
function sizeIn(index: string): number | undefined {
  try {
    return readHead(index).bytes;
  } catch (error) {
    if (error instanceof DamagedSnapshot || (error as NodeJS.ErrnoException).code === 'EACCES') return undefined;
    throw error;
  }
}
