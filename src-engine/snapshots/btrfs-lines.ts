import { readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { syncFolder } from '../system/durable';
import { exec } from '../system/exec';
import { exists } from '../system/files';
import type { ParkedLines } from './backend';
import { waitForFreedSpace } from './btrfs-space';
import { folderView } from './folder-tree';
import type { ParkedEntries } from './parked-entries';
import type { SnapshotStore } from './store';
import type { RunStoreTool } from './store-tools';
import { isOpenView, isView, viewPath } from './store-views';
import type { TreeSwap } from './tree-swap';

/** Before the id of a line in the name of its last tree. */
const TREE = 'tree-';

/** The parts of a btrfs backend that its lines use. */
export interface BtrfsParts {
  readonly buildData: string;
  readonly store: SnapshotStore;
  readonly parked: ParkedEntries;
  readonly swap: TreeSwap;
  readonly tool: RunStoreTool;
  /** Checks and repairs before the build data is replaced. */
  prepare(action: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Refuses a tree with other subvolumes in it. */
  refuseNested(action: string, tree: string): Promise<void>;
}

/** Parked lines of a btrfs subvolume. The last tree is the build data itself, moved into the store by a rename. */
export function createBtrfsLines(parts: BtrfsParts): ParkedLines {
  const { buildData, store, parked, swap, tool, prepare, remove, refuseNested } = parts;
  const treePath = (line: string): string => join(store.folder, TREE + line);

  function move(from: string, to: string): void {
    renameSync(from, to);
    for (const folder of new Set([dirname(from), dirname(to)])) syncFolder(folder);
  }

  const show = (entries: readonly string[]): void =>
    parked.show(
      entries,
      store.list().map(({ path }) => path),
    );

  /** The entry of a snapshot of a line. */
  function find(line: string, name: string): string {
    const found = parked.require(line).entries.find((entry) => store.entry(entry)?.name === name);
    if (found === undefined) throw new AppError('snapshot', `There is no snapshot ${name} in line ${line}.`);
    return found;
  }

  /** Removes entries and trees that belong to no line, and views of processes that have ended. */
  async function collect(): Promise<void> {
    for (const path of parked.remains()) await remove(path);
    const lines = new Set(parked.lines());
    const isRemains = (name: string): boolean =>
      name.startsWith(TREE) ? !lines.has(name.slice(TREE.length)) : isView(name) && !isOpenView(name);
    for (const name of exists(store.folder) ? readdirSync(store.folder) : [])
      if (isRemains(name)) await remove(join(store.folder, name));
  }

  /** The line that was just parked. What `park` has checked and repaired holds for the fork that follows. */
  let justParked: string | undefined;

  return {
    list: async () =>
      new Map(
        parked.lines().map((line) => {
          const { entries } = parked.require(line);
          return [line, entries.flatMap((entry) => store.entry(entry, parked.pathOf(entry)) ?? [])];
        }),
      ),

    async park(line) {
      if (exists(treePath(line))) return;
      await prepare(`Parking ${buildData}`);
      await collect();
      parked.write(line, { entries: store.list().map(({ path }) => basename(path)) });
      try {
        move(buildData, treePath(line));
      } catch (error) {
        parked.remove(line);
        throw error;
      }
      justParked = line;
    },

    async fork(line, name) {
      const target = find(line, name);
      if (!exists(buildData)) {
        if (justParked !== line) await prepare(`Forking from ${name}`);
        justParked = undefined;
        await tool(['btrfs', 'subvolume', 'snapshot', parked.pathOf(target), swap.fresh]);
        await swap.swapIn();
      }
      const { entries } = parked.require(line);
      show(entries.slice(0, entries.indexOf(target) + 1));
    },

    async open(line, name) {
      if (name !== undefined) return folderView(parked.pathOf(find(line, name)));
      // A view of its own: the tree becomes the build data when the line is made the present one.
      await refuseNested(`A view of line ${line}`, treePath(line));
      const view = viewPath(store.folder);
      await tool(['btrfs', 'subvolume', 'snapshot', '-r', treePath(line), view]);
      return folderView(view, () => remove(view));
    },

    async activate(line) {
      const list = parked.read(line);
      if (!list) return;
      if (exists(treePath(line))) {
        await prepare(`Switching to line ${line}`);
        if (exists(buildData)) await remove(buildData); // of a fork that failed
        move(treePath(line), buildData);
      }
      show(list.entries);
      parked.remove(line);
      await collect();
    },

    async prune(line, names) {
      const list = parked.require(line);
      const isKept = (entry: string): boolean => !names.includes(store.entry(entry)?.name ?? '');
      parked.write(line, { ...list, entries: list.entries.filter(isKept) });
      await collect();
      await waitForFreedSpace(store.folder, tool);
    },

    async destroy(line) {
      parked.remove(line);
      await collect();
      await waitForFreedSpace(store.folder, tool);
    },

    blockRollback: () => Promise.resolve(false),

    async bytesEach(lines) {
      const bytes = new Map<string, number | undefined>();
      for (const line of lines) bytes.set(line, await this.bytes([line]));
      return bytes;
    },

    async bytes(lines) {
      const others = parked.needed(lines);
      const visible = new Set(store.list().map(({ path }) => basename(path)));
      const own = new Set(lines.flatMap((line) => parked.require(line).entries));
      const paths = [...own]
        .filter((entry) => !others.has(entry) && !visible.has(entry))
        .map((one) => parked.pathOf(one));
      return exclusiveBytes([...paths, ...lines.map(treePath).filter(exists)]);
    },
  };
}

/** The sum of what each tree has alone. What only several of them share is not counted; only quotas determine that. */
async function exclusiveBytes(paths: readonly string[]): Promise<number> {
  if (paths.length === 0) return 0;
  const { stdout } = await exec(['btrfs', 'filesystem', 'du', '-s', '--raw', ...paths]);
  return stdout
    .trim()
    .split('\n')
    .slice(1)
    .reduce((sum, line) => sum + Number(/^\s*\d+\s+(\d+)/.exec(line)?.[1] ?? 0), 0);
}
