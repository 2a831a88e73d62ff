import { checkpointName } from '../../src-shared/checkpoints/model';
import type { DeclaredStep } from '../../src-shared/manifest/model';
import type { BuildArea } from '../area/area';
import { compareTrees } from '../area/compare-trees';
import { mountsBelow, withoutContent } from '../area/foreign-mounts';
import type { TreeChange } from '../area/tree-diff';
import { knownSnapshots } from '../lines/parked-records';
import type { SnapshotBackend, SnapshotView } from '../snapshots/backend';
import { FolderTree } from '../snapshots/folder-tree';
import type { TreeEntry, TreePath, TreeView } from '../snapshots/tree-view';
import { readPair, type FilePair } from './file-pair';

/** So many differing files keep their content for an explanation. */
const MAX_EXPLAINED = 100;

/** A file that differs, and the step that made it. */
export interface FoundDifference extends TreeChange {
  /** The steps of the proven build of which one made it. */
  readonly steps: readonly string[];
  readonly rebuiltBy: string;
  /** Missing for files after the first hundred. */
  readonly pair?: FilePair;
}

/** A checkpoint that was compared: the step after it, and what differed there for the first time. */
export interface ComparedCheckpoint {
  readonly step: string | null;
  readonly differences: readonly FoundDifference[];
}

/** The build that is rebuilt on the line of the build data, and the parked line that it proves. */
export interface Compared {
  readonly area: BuildArea;
  readonly backend: SnapshotBackend;
  readonly steps: readonly DeclaredStep[];
  /** The id of the line that is proven. */
  readonly proven: string;
}

/**
 * Compares a rebuild with the line that it proves, checkpoint by checkpoint while it runs. Where that line has a checkpoint
 * no more, the next one is compared, and a difference is blamed on the steps between.
 */
export class BuildComparison {
  readonly #of: Compared;
  readonly #checkpoints: ComparedCheckpoint[] = [];
  readonly #known = new Set<TreePath>();
  #names: ReadonlySet<string> | undefined;
  /** The index of the step up to which all was compared. */
  #from = 0;
  #explained = 0;

  constructor(of: Compared) {
    this.#of = of;
  }

  get checkpoints(): readonly ComparedCheckpoint[] {
    return this.#checkpoints;
  }

  get differences(): FoundDifference[] {
    return this.#checkpoints.flatMap(({ differences }) => differences);
  }

  /** Compares the checkpoint before a step. Returns what differs for the first time; `undefined` when it was not compared. */
  async checkpoint(step: string): Promise<readonly FoundDifference[] | undefined> {
    const index = this.#of.steps.findIndex(({ name }) => name === step);
    const name = checkpointName(step);
    if (index < 1 || !(await this.#proven()).has(name)) return undefined;
    const { backend, proven } = this.#of;
    return this.#withViews([() => backend.lines.open(proven, name), () => backend.open(name)], ([before, after]) =>
      this.#compare(index, step, before, after),
    );
  }

  /** Compares the ends of both builds. */
  async end(): Promise<readonly FoundDifference[]> {
    const { backend, proven, steps } = this.#of;
    return this.#withViews([() => backend.lines.open(proven)], async ([before]) =>
      this.#compare(steps.length, null, before, await this.#live()),
    );
  }

  /** The files whose content is equal at the end, and whose times differ. The number counts all, the names are the first. */
  async differingTimes(): Promise<{ readonly count: number; readonly first: TreePath | undefined }> {
    const { backend, proven } = this.#of;
    return this.#withViews([() => backend.lines.open(proven)], async ([before]) => {
      if (!before) throw new Error('the tree was not opened');
      const after = await this.#live();
      let count = 0;
      let first: TreePath | undefined;
      for await (const [path, one] of filesOf(before, '')) {
        if ((await after.entry(path))?.mtimeNs === one.mtimeNs) continue;
        count++;
        first ??= path;
      }
      return { count, first };
    });
  }

  async #compare(
    index: number,
    step: string | null,
    before: TreeView | undefined,
    after: TreeView | undefined,
  ): Promise<readonly FoundDifference[]> {
    if (!before || !after) throw new Error('a tree was not opened');
    const { changes } = await compareTrees(before, after);
    const ran = this.#of.steps.slice(this.#from, index).map(({ name }) => name);
    const differences: FoundDifference[] = [];
    for (const change of changes) {
      if (this.#known.has(change.path)) continue;
      this.#known.add(change.path);
      const isExplained = this.#explained++ < MAX_EXPLAINED;
      differences.push({
        ...change,
        steps: ran,
        rebuiltBy: await this.#rebuiltBy(ran, change.path, after),
        ...(isExplained && { pair: await readPair(before, after, change.path) }),
      });
    }
    this.#from = index;
    this.#checkpoints.push({ step, differences });
    return differences;
  }

  /** The step of the rebuild that made an entry as it is in a tree. The rebuild has all checkpoints. */
  async #rebuiltBy(ran: readonly string[], path: TreePath, after: TreeView): Promise<string> {
    const last = ran.at(-1) ?? '';
    const wanted = await fingerprint(after, path);
    for (const [at, step] of ran.slice(0, -1).entries()) {
      const next = ran[at + 1] ?? '';
      const found = await this.#withViews([() => this.#of.backend.open(checkpointName(next))], ([tree]) =>
        tree ? fingerprint(tree, path) : Promise.resolve(''),
      );
      if (found === wanted) return step;
    }
    return last;
  }

  async #proven(): Promise<ReadonlySet<string>> {
    const { area, backend, proven } = this.#of;
    // Listed after the line was parked.
    return (this.#names ??= new Set(
      knownSnapshots(area, proven, (await backend.lines.list()).get(proven) ?? [])
        .filter(({ damage }) => damage === undefined)
        .map(({ name }) => name),
    ));
  }

  async #live(): Promise<TreeView> {
    const { area, backend } = this.#of;
    return withoutContent(backend.live?.() ?? new FolderTree(area.buildData), await mountsBelow(area.buildData));
  }

  async #withViews<T>(
    opens: readonly (() => Promise<SnapshotView>)[],
    use: (trees: readonly (TreeView | undefined)[]) => Promise<T>,
  ): Promise<T> {
    const views: SnapshotView[] = [];
    try {
      for (const open of opens) views.push(await open());
      return await use(views.map(({ tree }) => tree));
    } finally {
      for (const view of views) await view.close();
    }
  }
}

async function fingerprint(tree: TreeView, path: TreePath): Promise<string> {
  const entry = await tree.entry(path);
  if (!entry) return '';
  const { before } = entry.type === 'file' ? await readPair(tree, tree, path) : { before: undefined };
  return [entry.type, entry.mode, entry.uid, entry.gid, entry.target, before?.toString('latin1')].join('\0');
}

async function* filesOf(tree: TreeView, path: TreePath): AsyncGenerator<readonly [TreePath, TreeEntry]> {
  for (const name of await tree.names(path)) {
    const child = path === '' ? name : `${path}/${name}`;
    const entry = await tree.entry(child);
    if (!entry) continue;
    yield [child, entry];
    if (entry.type === 'folder') yield* filesOf(tree, child);
  }
}
