import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syncFileSystem } from '../system/durable';
import { exec } from '../system/exec';
import type { SnapshotBackend } from './backend';
import { folderView } from './folder-tree';
import { refuseForeign } from './guard';
import { copySharing, RSYNC } from './rsync-copy';
import { SnapshotStore, type StoredSnapshot } from './store';
import { endOrphanedTools, makeFoldersWritable, refuseUse, removeTree, storeTool } from './store-tools';
import { TreeSwap } from './tree-swap';

/** How trees are copied here. */
type CopyMethod = 'reflink' | 'rsync' | 'cp';

/**
 * Snapshots of any directory, as exact copies: copy-on-write copies where the file system can make them; else copies that share unchanged
 * files with the snapshot before (never with the build data, where an edit in place would reach them); else whole copies.
 *
 * @param buildData the directory
 * @param store where the snapshots lie, on the same file system
 */
export function createPlainBackend({
  buildData,
  store: folder,
}: {
  buildData: string;
  store: string;
}): SnapshotBackend {
  const store = new SnapshotStore(folder);
  const tool = storeTool(folder);
  const remove = (path: string): Promise<void> => removeTree(path, tool);
  const swap = new TreeSwap(buildData, remove);
  const trees = (): string[] => [buildData, folder, ...swap.leftovers()];
  let copying: Promise<CopyMethod> | undefined;
  const method = (): Promise<CopyMethod> => (copying ??= copyMethod(folder));

  /** Clears what a killed engine left: its tools first, then their half trees. */
  async function recover(): Promise<void> {
    await endOrphanedTools(folder);
    await swap.recover();
    for (const path of store.leftovers()) await remove(path);
  }

  async function destroyEntry(snapshot: StoredSnapshot): Promise<void> {
    const doomed = store.hidden('doomed', snapshot);
    renameSync(snapshot.path, doomed); // from here on it is not listed any more
    await remove(doomed);
  }

  async function copyTree(from: string, to: string, how: 'reflink' | 'cp'): Promise<void> {
    const reflink = how === 'reflink' ? [process.platform === 'darwin' ? '-c' : '--reflink=always'] : [];
    const sparse = process.platform === 'linux' && how === 'cp' ? ['--sparse=auto'] : [];
    await tool(['cp', '-a', ...reflink, ...sparse, '--', `${from}/.`, to]);
  }

  /** In place, for rsync writes only what differs. Interrupted, it is simply done again. */
  async function restoreInPlace(snapshot: StoredSnapshot): Promise<void> {
    mkdirSync(buildData, { recursive: true });
    await makeFoldersWritable(buildData, tool);
    // Names that share a file now and did not then would stay one: they are copied anew.
    await tool(['find', buildData, '!', '-type', 'd', '-links', '+1', '-delete']);
    await tool([...RSYNC, `${snapshot.path}/`, `${buildData}/`]);
  }

  return {
    kind: 'plain',

    async reset() {
      await refuseForeign(`Emptying ${buildData}`, trees());
      await recover();
      refuseUse(`Emptying ${buildData}`, buildData);
      mkdirSync(swap.fresh, { recursive: true, mode: 0o755 });
      await swap.swapIn();
      for (const snapshot of store.list().reverse()) await destroyEntry(snapshot);
    },

    list: () => Promise.resolve(store.list()),

    async take(name) {
      const snapshot = store.next(name);
      await refuseForeign(`Taking ${name}`, trees());
      await recover();
      const partial = store.hidden('partial', snapshot);
      const how = await method();
      if (how === 'rsync') await copySharing(buildData, partial, store.list().at(-1)?.path, tool);
      else await copyTree(buildData, partial, how);
      renameSync(partial, snapshot.path);
      return snapshot;
    },

    async rollback(name) {
      const target = store.find(name);
      await refuseForeign(`Rolling back to ${name}`, trees());
      await recover();
      refuseUse(`Rolling back to ${name}`, buildData);
      const how = await method();
      if (how === 'rsync') await restoreInPlace(target);
      else {
        await copyTree(target.path, swap.fresh, how);
        await syncFileSystem(folder);
        await swap.swapIn();
      }
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
      const { stdout } = await exec(['du', '-sk', path], { okExitCodes: [0, 1] });
      return { referenced: Number(stdout.split('\t')[0]) * 1024, unique: undefined };
    },
  };
}

/** Tries out what this file system and host can do. */
async function copyMethod(folder: string): Promise<CopyMethod> {
  mkdirSync(folder, { recursive: true });
  const probe = join(folder, `.probe-${process.pid}`);
  const copy = `${probe}-copy`;
  try {
    writeFileSync(probe, 'x');
    const reflink = process.platform === 'darwin' ? '-c' : '--reflink=always';
    if (await works(['cp', reflink, probe, copy])) return 'reflink';
    // Old rsyncs, as on macOS, lack some of the options: ask for these.
    return (await works([...RSYNC, '--dry-run', probe, copy])) ? 'rsync' : 'cp';
  } finally {
    rmSync(probe, { force: true });
    rmSync(copy, { force: true });
  }
}

function works(argv: readonly [string, ...string[]]): Promise<boolean> {
  return exec(argv).then(
    () => true,
    () => false,
  );
}
