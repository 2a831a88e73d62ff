import { AppError, reasonOf } from '../../src-shared/errors';
import { quoteArgument } from '../../src-shared/shell-quote';
import { MountTable } from '../system/mount-table';
import type { ParkedLines, Snapshot, SnapshotView } from './backend';
import { chain, datasetOf, depthOf, originDataset, originOf, originsAfterRename } from './zfs-origins';
import { getProperties, PROPERTIES, readProperties, readRows, snapshotsOf, type ZfsProperties } from './zfs-properties';
import { refuseHeld, refuseHidden, refuseUnmountable } from './zfs-refusals';
import type { ZfsReplace } from './zfs-replace';
import { expectSuccess } from './zfs-runner';
import type { ZfsTree } from './zfs-tree';

const LINE_PROPERTIES = [...PROPERTIES, 'origin', 'used', 'usedbydataset'];
const DATASET_PROPERTIES = ['origin', 'mountpoint', 'canmount'];

/** How the trees of parked lines are read. */
export interface LineViews {
  open(snapshot: Snapshot): Promise<SnapshotView>;
  /** @param dataset a dataset that is not mounted */
  openPresent(dataset: string): Promise<SnapshotView>;
  /** Whether there is a view, of a running process or of one that has ended. */
  areMounted(table: MountTable): boolean;
  /** Waits until no view is open, and refuses after that. */
  untilClosed(action: string, datasets: ZfsProperties): Promise<void>;
}

/**
 * Parked lines of a dataset: `AREA/lines/ID`. The build data always own all snapshots of their line, which is the layout
 * of the original engine, because they are promoted until they have no origin. A parked line owns the snapshots that no
 * line in front of it has, and its origin is the last one that it shares.
 *
 * `zfs promote` moves the shared snapshots only, and a line has each name once, so names do not collide. Neither
 * `zfs destroy -R` nor `zfs rollback -R` is used.
 */
export class ZfsLines implements ParkedLines {
  readonly #tree: ZfsTree;
  readonly #replace: ZfsReplace;
  readonly #views: LineViews;
  /** What `beforePark` has read. */
  #listed: ZfsProperties | undefined;
  /** The origins after the last `park`, for a fork that follows it. Nothing changes them in between. */
  #justParked: { readonly line: string; readonly datasets: ZfsProperties } | undefined;

  constructor(tree: ZfsTree, replace: ZfsReplace, views: LineViews) {
    this.#tree = tree;
    this.#replace = replace;
    this.#views = views;
  }

  async list(): Promise<ReadonlyMap<string, readonly Snapshot[]>> {
    const present = await this.#present();
    return new Map(this.#parked(present).map((line) => [line, chain(this.#id(line), present)]));
  }

  async beforePark(): Promise<void> {
    this.#listed = await this.#datasets();
  }

  async park(line: string): Promise<void> {
    const tree = this.#tree;
    const action = `Parking ${tree.dataset}`;
    const listed = this.#listed;
    this.#listed = undefined;
    const hadOrphans = await tree.runner.untilOrphansEnd();
    const present = !hadOrphans && listed ? listed : await this.#datasets();
    if (present.has(this.#id(line))) return;
    const table = await tree.refuseForeign(action);
    refuseUnmountable(action, tree, present);
    tree.refuseMountedElsewhere(action, table);
    tree.refusePrivateMounts(action);
    // One may have been opened since the datasets were listed.
    await this.#views.untilClosed(action, this.#views.areMounted(table) ? await this.#datasets() : present);
    // ZFS writes out the pool for both, and shares that.
    const [home, unmounted] = await Promise.allSettled([this.#makeHome(present), tree.unmount(action, table)]);
    if (unmounted.status === 'rejected') throw unmounted.reason;
    try {
      if (home.status === 'rejected') throw home.reason;
      await expectSuccess(tree.runner.zfsWithRetry(['rename', tree.dataset, this.#id(line)]));
    } catch (error) {
      await tree.mount(reasonOf(error));
      throw error;
    }
    this.#justParked = { line, datasets: originsAfterRename(present, tree.dataset, this.#id(line)) };
  }

  async fork(line: string, name: string): Promise<void> {
    const tree = this.#tree;
    const action = `Forking from ${name}`;
    const present = this.#takeJustParked(line) ?? (await this.#afterOrphans());
    let depth = depthOf(tree.dataset, present);
    const isMade = !present.has(tree.dataset);
    if (isMade) {
      const id = await this.#snapshotId(line, name, present);
      depth = 1 + depthOf(datasetOf(id), present);
      refuseHidden(action, tree.mountpoint);
      const { code, stderr } = await tree.runner.zfsWithRetry(['clone', id, tree.dataset]);
      // zfs-fuse sometimes fails to mount. The clone exists all the same, and is mounted below.
      if (/cannot open .* does not exist/.test(stderr)) throw this.#noSnapshot(line, name);
      if (code !== 0 && !/cannot mount/.test(stderr))
        throw new AppError('snapshot', `${action} failed: ${stderr.trim()}`);
    }
    await this.#promote(tree.dataset, depth);
    if (!tree.isMounted(await MountTable.read())) await tree.mount();
    if (isMade) return;
    const last = snapshotsOf(tree.dataset, await tree.properties()).at(-1);
    if (last?.name !== name)
      throw new AppError(
        'snapshot',
        `${tree.dataset} is not a fork from ${name}: another program made it while the fork was interrupted.`,
        `If it is not needed, remove it: zfs destroy -r ${quoteArgument(tree.dataset)}`,
      );
  }

  async open(line: string, name?: string): Promise<SnapshotView> {
    if (name === undefined) return this.#views.openPresent(this.#id(line));
    return this.#views.open(await this.#snapshot(line, name, await this.#datasets()));
  }

  async activate(line: string): Promise<void> {
    const tree = this.#tree;
    const action = `Switching to line ${line}`;
    this.#justParked = undefined;
    let present = await this.#afterOrphans();
    let depth = depthOf(tree.dataset, present);
    if (present.has(this.#id(line))) {
      // Before the fork is removed, because a refusal changes nothing.
      await this.#views.untilClosed(action, present);
      if (present.has(tree.dataset)) {
        await this.#undoFork(action, line);
        present = await this.#datasets();
      }
      depth = depthOf(this.#id(line), present);
      refuseHidden(action, tree.mountpoint);
      await expectSuccess(tree.runner.zfsWithRetry(['rename', this.#id(line), tree.dataset]));
    } else if (!present.has(tree.dataset)) throw new AppError('snapshot', `There is no line ${this.#id(line)}.`);
    await this.#promote(tree.dataset, depth);
    await tree.mount();
  }

  async destroy(line: string): Promise<void> {
    const id = this.#id(line);
    const action = `Destroying ${id}`;
    await this.#tree.runner.untilOrphansEnd();
    let present = await this.#present();
    for (let heir; (heir = this.#dependent(id, present)) !== undefined; present = await this.#present())
      await expectSuccess(this.#tree.runner.zfsWithRetry(['promote', heir]));
    const own = snapshotsOf(id, present);
    if (present.has(id)) {
      refuseHeld(action, own);
      await this.#replace.refuseClones(action, own);
      await expectSuccess(this.#tree.runner.zfsWithRetry(['destroy', '-r', id]));
    }
    // It is left when another line is parked there.
    if (this.#parked(present).every((other) => other === line)) await this.#tree.runner.zfs(['destroy', this.#home]);
  }

  async prune(line: string, names: readonly string[]): Promise<void> {
    const action = `Removing checkpoints of ${this.#id(line)}`;
    await this.#tree.runner.untilOrphansEnd();
    const properties = await this.#present();
    const chosen = snapshotsOf(this.#id(line), properties).filter(({ name }) => names.includes(name));
    refuseHeld(action, chosen);
    await this.#replace.refuseClones(action, chosen);
    // Newest first: an interruption leaves no gap.
    for (const { id } of chosen.reverse()) await expectSuccess(this.#tree.runner.zfsWithRetry(['destroy', id]));
  }

  async blockRollback(name?: string): Promise<boolean> {
    const present = await this.#present();
    const snapshots = snapshotsOf(this.#tree.dataset, present);
    const at = name === undefined ? -1 : snapshots.findIndex((one) => one.name === name);
    const newer = new Set(snapshots.slice(at + 1).map(({ id }) => id));
    return this.#parked(present).some((line) => newer.has(originOf(this.#id(line), present) ?? ''));
  }

  async bytes(lines: readonly string[]): Promise<number | undefined> {
    return this.#bytesOf(lines, await this.#present());
  }

  async bytesEach(lines: readonly string[]): Promise<ReadonlyMap<string, number | undefined>> {
    const present = await this.#present();
    return new Map(lines.map((line) => [line, this.#bytesOf([line], present)]));
  }

  #bytesOf(lines: readonly string[], present: ZfsProperties): number | undefined {
    const removed = new Set(lines.map((line) => this.#id(line)));
    let sum = 0;
    for (const id of removed) {
      const values = present.get(id);
      // Snapshots on which another line depends stay with that line.
      const isNeeded = [...present.keys()].some((name) => !removed.has(name) && originDataset(name, present) === id);
      const bytes = Number(values?.get(isNeeded ? 'usedbydataset' : 'used'));
      if (!Number.isFinite(bytes)) return undefined;
      sum += bytes;
    }
    return sum;
  }

  get #home(): string {
    return `${this.#tree.area}/lines`;
  }

  #id(line: string): string {
    return `${this.#home}/${line}`;
  }

  /** A snapshot of a line. Only the datasets that have its snapshots are read, not all lines. */
  async #snapshot(line: string, name: string, datasets: ZfsProperties): Promise<Snapshot> {
    let last: string | undefined;
    for (let dataset: string | undefined = this.#id(line); dataset !== undefined;) {
      const own = await this.#snapshotsOf(dataset);
      const shared = last === undefined ? own : own.slice(0, own.findIndex(({ id }) => id === last) + 1);
      const found = shared.find((one) => one.name === name);
      if (found) return found;
      last = originOf(dataset, datasets);
      dataset = last && datasetOf(last);
    }
    throw this.#noSnapshot(line, name);
  }

  #noSnapshot(line: string, name: string): AppError {
    return new AppError('snapshot', `There is no snapshot ${name} in ${this.#id(line)}.`);
  }

  /** The id of a snapshot of a line. A line without an origin owns all of its snapshots, so that none is read. */
  async #snapshotId(line: string, name: string, datasets: ZfsProperties): Promise<string> {
    const id = this.#id(line);
    if (datasets.has(id) && originOf(id, datasets) === undefined) return `${id}@${name}`;
    return (await this.#snapshot(line, name, datasets)).id;
  }

  async #afterOrphans(): Promise<ZfsProperties> {
    await this.#tree.runner.untilOrphansEnd();
    return this.#datasets();
  }

  #takeJustParked(line: string): ZfsProperties | undefined {
    const parked = this.#justParked;
    this.#justParked = undefined;
    return parked?.line === line ? parked.datasets : undefined;
  }

  async #snapshotsOf(dataset: string): Promise<Snapshot[]> {
    const { stdout } = await expectSuccess(this.#tree.runner.zfs(getProperties(dataset, ['creation'])));
    return snapshotsOf(dataset, readProperties(stdout));
  }

  /** The datasets of the build area without their snapshots, so that the checkpoints of other lines cost nothing. */
  async #datasets(): Promise<ZfsProperties> {
    const { runner, area } = this.#tree;
    const argv = ['list', '-H', '-t', 'filesystem', '-o', ['name', ...DATASET_PROPERTIES].join(','), '-r', area];
    const { code, stdout, stderr } = await runner.zfs(argv);
    if (code === 0) return readRows(stdout, DATASET_PROPERTIES);
    if (/does not exist/.test(stderr)) return new Map();
    throw new AppError('snapshot', `zfs cannot list the lines of ${area}: ${stderr.trim()}`);
  }

  /** Properties of all datasets and snapshots of the build area. */
  async #present(): Promise<ZfsProperties> {
    const { runner, area } = this.#tree;
    const { code, stdout, stderr } = await runner.zfs(getProperties(area, LINE_PROPERTIES));
    if (code === 0) return readProperties(stdout);
    if (/does not exist/.test(stderr)) return new Map();
    throw new AppError('snapshot', `zfs cannot list the lines of ${area}: ${stderr.trim()}`);
  }

  #parked(present: ZfsProperties): string[] {
    const prefix = `${this.#home}/`;
    return [...present.keys()]
      .filter((name) => name.startsWith(prefix) && !/[/@]/.test(name.slice(prefix.length)))
      .map((name) => name.slice(prefix.length));
  }

  /** Its lines have no mountpoint, so that a start of the computer does not mount them. */
  async #makeHome(present: ZfsProperties): Promise<void> {
    if (present.has(this.#home)) return;
    const { code, stderr } = await this.#tree.runner.zfsWithRetry([
      'create',
      '-o',
      'canmount=off',
      '-o',
      'mountpoint=none',
      this.#home,
    ]);
    if (code !== 0 && !/already exists/.test(stderr)) throw new AppError('snapshot', stderr.trim());
  }

  /** Gives a dataset all snapshots that it shares. Each call of `zfs` takes those of one origin. */
  async #promote(dataset: string, depth: number): Promise<void> {
    for (let n = 0; n < depth; n++) await expectSuccess(this.#tree.runner.zfsWithRetry(['promote', dataset]));
  }

  /** The line, or the build data, that depends on the newest snapshot of a dataset with a dependent one. */
  #dependent(id: string, present: ZfsProperties): string | undefined {
    const candidates = [this.#tree.dataset, ...this.#parked(present).map((line) => this.#id(line))];
    return snapshotsOf(id, present)
      .reverse()
      .flatMap((snapshot) => candidates.filter((name) => originOf(name, present) === snapshot.id))[0];
  }

  /** Removes build data that were just forked, with nothing of their own, because the fork is given up. */
  async #undoFork(action: string, line: string): Promise<void> {
    const { dataset, runner } = this.#tree;
    await this.#promote(this.#id(line), depthOf(this.#id(line), await this.#datasets()));
    const present = await this.#present();
    if (originOf(dataset, present) === undefined || snapshotsOf(dataset, present).length > 0)
      throw new AppError(
        'snapshot',
        `${action} is not possible: there is other build data in ${dataset}. Nothing was changed.`,
        `If they are not needed, remove them: zfs destroy -r ${quoteArgument(dataset)}`,
      );
    await expectSuccess(runner.zfsWithRetry(['destroy', dataset]));
  }
}
