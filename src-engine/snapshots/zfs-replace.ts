import { setTimeout as delay } from 'node:timers/promises';
import { AppError, reasonOf } from '../../src-shared/errors';
import { MountTable } from '../system/mount-table';
import type { Snapshot } from './backend';
import { refuseMounts } from './guard';
import { snapshotsOf, type ZfsProperties, type ZfsSnapshot } from './zfs-properties';
import { refuseElsewhere, refuseHeld, refuseHidden, refuseRecursive, refuseUnmountable } from './zfs-refusals';
import { isZfsFuse, rollBack } from './zfs-rollback';
import { expectSuccess } from './zfs-runner';
import { outermost, type ZfsTree } from './zfs-tree';
import { END_READER, VIEW_POLL_MS, VIEW_TIMEOUT_MS, type ZfsViews } from './zfs-views';
import { quoteArgument } from '../../src-shared/shell-quote';

/** zfs-fuse reports a clone that was made during its command by the second message. */
const IS_CLONED = /clone|dataset already exists/;

/** `rollback` and `reset`, which replace the content of the build data's dataset. Everything is checked before anything is changed. */
export class ZfsReplace {
  readonly #tree: ZfsTree;
  readonly #views: ZfsViews;

  constructor(tree: ZfsTree, views: ZfsViews) {
    this.#tree = tree;
    this.#views = views;
  }

  /** @param listed the present properties, when the caller has just read them */
  async rollback(name: string, listed: ZfsProperties | undefined): Promise<void> {
    const tree = this.#tree;
    const action = `Rolling back to ${tree.id(name)}`;
    const hadOrphans = await tree.runner.untilOrphansEnd();
    const table = await tree.refuseForeign(action);
    const present = !hadOrphans && listed ? listed : await tree.properties();
    const newer = newerThan(snapshotsOf(tree.dataset, present), tree.id(name));
    refuseUnmountable(action, tree, present);
    tree.refuseMountedElsewhere(action, table);
    const below = datasetsBelow(tree.dataset, present);
    const toDestroy = [...newer, ...below.flatMap((dataset) => snapshotsOf(dataset, present))];
    refuseHeld(action, toDestroy);
    refuseElsewhere(action, tree, below, present);
    refuseRecursive(action, name, below, present);
    // ZFS itself destroys nothing when a newer snapshot is cloned.
    if (below.length > 0 || this.#views.areMounted(table)) await this.refuseClones(action, toDestroy);
    await this.retryWithoutViews(action, toDestroy, () => this.#rollBackChecked(action, name, table, below, newer));
  }

  async #rollBackChecked(
    action: string,
    name: string,
    table: MountTable,
    below: readonly string[],
    newer: readonly Snapshot[],
  ): Promise<void> {
    const tree = this.#tree;
    const uncloned = newer.length > 1 && isZfsFuse() ? this.#areUncloned(newer) : false;
    tree.refusePrivateMounts(action);
    await tree.unmount(action, table);
    // The engine unmounts first, because a rollback under a mounted FUSE file system leaves stale caches.
    const failure = await this.#destroyAll(below)
      .then(async () => ((await uncloned) ? [...newer].reverse() : []))
      .then((first) => rollBack(tree.runner, tree.id(name), first))
      .then(({ code, stderr }) => (code === 0 ? undefined : stderr.trim()))
      .catch(reasonOf);
    await tree.mount(failure);
    if (failure === undefined) return;
    // zfs-fuse reports a failure after a successful rollback when the kernel does not let it drop the machine's caches.
    if (!/drop_caches/.test(failure)) throw new AppError('snapshot', `${action} failed: ${failure}`);
    const last = snapshotsOf(tree.dataset, await tree.properties()).at(-1);
    if (last?.name !== name) throw new AppError('snapshot', `${action} failed: there is still ${last?.id}.`);
  }

  async reset(): Promise<void> {
    const tree = this.#tree;
    const action = `Replacing ${tree.dataset}`;
    await tree.runner.untilOrphansEnd();
    const table = await tree.refuseForeign(action);
    const replaced = await this.#replacedDatasets();
    for (const { mountpoint } of replaced) this.#refuseMountsInReplaced(action, mountpoint, table);
    const present = await tree.properties();
    if (!tree.isMounted(table)) refuseHidden(action, tree.mountpoint);
    if (present.has(tree.dataset)) {
      tree.refuseMountedElsewhere(action, table);
      await this.#replace(action, present);
    } else await this.#create();
    await this.#destroyAll((await this.#replacedDatasets()).map(({ name }) => name));
  }

  async #replace(action: string, present: ZfsProperties): Promise<void> {
    const { dataset, runner } = this.#tree;
    const below = datasetsBelow(dataset, present);
    const toDestroy = [dataset, ...below].flatMap((name) => snapshotsOf(name, present));
    refuseHeld(action, toDestroy);
    refuseElsewhere(action, this.#tree, below, present);
    await this.refuseClones(action, toDestroy);
    this.#tree.refusePrivateMounts(action);
    await this.#tree.unmount(action);
    const old = `${dataset}.old-${Date.now()}`;
    try {
      await expectSuccess(runner.zfsWithRetry(['rename', dataset, old]));
    } catch (error) {
      await this.#tree.mount(reasonOf(error));
      throw error;
    }
    try {
      await this.#create();
    } catch (error) {
      // It may exist although it could not be mounted.
      await runner.zfsWithRetry(['destroy', dataset]);
      await expectSuccess(runner.zfsWithRetry(['rename', old, dataset]));
      await this.#tree.mount(reasonOf(error));
      throw error;
    }
  }

  async #create(): Promise<void> {
    const { dataset, mountpoint, runner } = this.#tree;
    await expectSuccess(runner.zfs(['create', '-p', dataset]));
    if (!this.#tree.isMounted(await MountTable.read()))
      throw new AppError(
        'snapshot',
        `The new dataset ${dataset} is not mounted at ${mountpoint}, so that steps would not write into it.`,
        `See where it is mounted: zfs get mountpoint,canmount,mounted ${quoteArgument(dataset)}`,
      );
  }

  async #destroyAll(datasets: readonly string[]): Promise<void> {
    for (const dataset of outermost(datasets))
      await expectSuccess(this.#tree.runner.zfsWithRetry(['destroy', '-r', dataset]));
  }

  /** Whether no dataset of the pool is a clone of one of the snapshots. `false` where `zfs list` fails. */
  async #areUncloned(snapshots: readonly Snapshot[]): Promise<boolean> {
    return this.#clonesOf(snapshots).then(
      (clones) => clones.length === 0,
      () => false,
    );
  }

  /** Datasets that a reset, of this or another engine, has replaced and not destroyed yet. */
  async #replacedDatasets(): Promise<{ name: string; mountpoint: string }[]> {
    const { area, dataset, runner } = this.#tree;
    const argv = ['list', '-H', '-t', 'filesystem', '-o', 'name,mountpoint', '-r', area];
    const { code, stdout, stderr } = await runner.zfs(argv);
    if (code !== 0 && /does not exist/.test(stderr)) return [];
    if (code !== 0) throw new AppError('snapshot', stderr.trim());
    return stdout
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([name = '']) => name.startsWith(`${dataset}.old-`) && /^\d+$/.test(name.slice(dataset.length + 5)))
      .map(([name = '', mountpoint = '']) => ({ name, mountpoint }));
  }

  #refuseMountsInReplaced(action: string, mountpoint: string, table: MountTable): void {
    if (!mountpoint.startsWith('/')) return;
    const isOwn = (source: string): boolean => source.startsWith(`${this.#tree.dataset}.old-`);
    const foreign = [...table.inside(mountpoint), ...table.at(mountpoint)].filter(({ source }) => !isOwn(source));
    refuseMounts(action, mountpoint, foreign);
  }

  /**
   * Runs an operation that a clone of one of the snapshots prevents, and repeats it when a view was opened meanwhile.
   */
  async retryWithoutViews(action: string, toDestroy: readonly Snapshot[], attempt: () => Promise<void>): Promise<void> {
    for (const until = Date.now() + VIEW_TIMEOUT_MS; ;) {
      try {
        return await attempt();
      } catch (error) {
        if (!IS_CLONED.test(reasonOf(error)) || Date.now() > until) throw error;
      }
      await this.refuseClones(action, toDestroy);
    }
  }

  /**
   * Throws when one of the snapshots has a clone. ZFS does not destroy such a snapshot, and the clone may be anywhere in the
   * pool. Removes dead views first, and waits for commands that read a checkpoint, such as `ls`, to close their views.
   */
  async refuseClones(action: string, toDestroy: readonly Snapshot[]): Promise<void> {
    const { dataset } = this.#tree;
    for (const until = Date.now() + VIEW_TIMEOUT_MS; ; await delay(VIEW_POLL_MS)) {
      await this.#views.removeDead();
      const clones = (await this.#clonesOf(toDestroy)).filter(([name = '']) => !name.startsWith(`${dataset}/`));
      if (clones.length === 0) return;
      const areViews = clones.every(([name = '']) => this.#views.isView(name));
      if (areViews && Date.now() < until) continue;
      throw new AppError(
        'snapshot',
        `${action} would destroy ${clones.map(([clone, origin]) => `${origin}, from which ${clone} was cloned`).join(', ')}. Nothing was changed.`,
        areViews ? END_READER : 'Destroy or promote the clone.',
      );
    }
  }

  /** The datasets of the pool that are clones of these snapshots, each with its origin. */
  async #clonesOf(snapshots: readonly Snapshot[]): Promise<string[][]> {
    const { dataset, runner } = this.#tree;
    const pool = dataset.split('/')[0] ?? dataset;
    const argv = ['list', '-H', '-t', 'filesystem,volume', '-o', 'name,origin', '-r', pool];
    const { stdout } = await expectSuccess(runner.zfs(argv));
    return stdout
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([, origin]) => snapshots.some(({ id }) => id === origin));
  }
}

/** The snapshots after this one. Throws when it is not among them. */
function newerThan(snapshots: readonly ZfsSnapshot[], id: string): ZfsSnapshot[] {
  const at = snapshots.findIndex((snapshot) => snapshot.id === id);
  if (at < 0) throw new AppError('snapshot', `There is no snapshot ${id}.`);
  return snapshots.slice(at + 1);
}

function datasetsBelow(dataset: string, present: ZfsProperties): string[] {
  return [...present.keys()].filter((id) => !id.includes('@') && id !== dataset);
}
