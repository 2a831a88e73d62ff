import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import type { Snapshot, SnapshotBackend, SnapshotView } from './backend';
import { folderView } from './folder-tree';
import { assertSnapshotName } from './names';

type Tree = ReadonlyMap<string, Buffer | undefined>; // undefined: a folder

/**
 * Snapshots of a directory of plain files and folders in memory: the reference implementation for the tests. Modes,
 * owners and links are not kept.
 */
export function createMemoryBackend({ buildData }: { buildData: string }): SnapshotBackend {
  let snapshots: (Snapshot & { tree: Tree })[] = [];
  const parked = new Map<string, { snapshots: typeof snapshots; end: Tree }>();
  const lineOf = (line: string): { snapshots: typeof snapshots; end: Tree } => {
    const found = parked.get(line);
    if (!found) throw new AppError('snapshot', `There is no line ${line}.`);
    return found;
  };
  const find = (name: string): Snapshot & { tree: Tree } => {
    const found = snapshots.find((snapshot) => snapshot.name === name);
    if (!found) throw new AppError('snapshot', `There is no snapshot ${name}.`);
    return found;
  };
  return {
    kind: 'memory',
    takeSyncsArea: false,
    reset() {
      writeTree(buildData, new Map());
      snapshots = [];
      return Promise.resolve();
    },
    list: () => Promise.resolve(snapshots),
    async take(name) {
      assertSnapshotName(name);
      if (snapshots.some((snapshot) => snapshot.name === name))
        throw new AppError('snapshot', `The snapshot ${name} already exists.`);
      const snapshot = {
        name,
        id: `memory:${name}`,
        takenAt: Math.floor(Date.now() / 1000),
        tree: readTree(buildData),
      };
      snapshots = [...snapshots, snapshot];
      return snapshot;
    },
    async rollback(name) {
      const target = find(name);
      writeTree(buildData, target.tree);
      snapshots = snapshots.slice(0, snapshots.indexOf(target) + 1);
    },
    async destroy(name) {
      const target = find(name);
      snapshots = snapshots.filter((snapshot) => snapshot !== target);
    },
    open: async (name) => viewOf(find(name).tree),
    async size(name) {
      const bytes = [...find(name).tree.values()].reduce((sum, content) => sum + (content?.length ?? 0), 0);
      return { referenced: bytes, unique: bytes };
    },
    lines: {
      list: async () => new Map([...parked].map(([line, { snapshots: own }]) => [line, own])),
      async park(line) {
        if (parked.has(line)) return;
        parked.set(line, { snapshots, end: readTree(buildData) });
        snapshots = [];
      },
      async fork(line, name) {
        const own = lineOf(line).snapshots;
        const at = own.findIndex((snapshot) => snapshot.name === name);
        const target = own[at];
        if (!target) throw new AppError('snapshot', `There is no snapshot ${name} in line ${line}.`);
        writeTree(buildData, target.tree);
        snapshots = own.slice(0, at + 1);
      },
      async open(line, name) {
        const own = lineOf(line);
        const tree = name === undefined ? own.end : own.snapshots.find((snapshot) => snapshot.name === name)?.tree;
        if (!tree) throw new AppError('snapshot', `There is no snapshot ${name} in line ${line}.`);
        return viewOf(tree);
      },
      async activate(line) {
        const found = lineOf(line);
        writeTree(buildData, found.end);
        snapshots = found.snapshots;
        parked.delete(line);
      },
      async prune(line, names) {
        const own = lineOf(line);
        parked.set(line, { ...own, snapshots: own.snapshots.filter(({ name }) => !names.includes(name)) });
      },
      destroy: async (line) => void parked.delete(line),
      blockRollback: async () => false,
      bytes: async () => undefined,
      bytesEach: async (lines) => new Map(lines.map((line) => [line, undefined])),
    },
  };
}

function viewOf(tree: Tree): SnapshotView {
  const path = mkdtempSync(join(tmpdir(), 'slipway-view-'));
  writeTree(path, tree);
  return folderView(path, () => Promise.resolve(rmSync(path, { recursive: true })));
}

function readTree(root: string, path = ''): Map<string, Buffer | undefined> {
  const tree = new Map<string, Buffer | undefined>();
  for (const name of readdirSync(join(root, path))) {
    const child = join(path, name);
    const isFolder = lstatSync(join(root, child)).isDirectory();
    tree.set(child, isFolder ? undefined : readFileSync(join(root, child)));
    if (isFolder) for (const [below, content] of readTree(root, child)) tree.set(below, content);
  }
  return tree;
}

function writeTree(root: string, tree: Tree): void {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  for (const [path, content] of tree)
    if (content === undefined) mkdirSync(join(root, path), { recursive: true });
    else {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
}
