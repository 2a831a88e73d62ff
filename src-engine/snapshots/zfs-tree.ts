import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors';
import type { ExecResult } from '../system/exec';
import { MountTable, type Mount } from '../system/mount-table';
import { isFuse } from '../system/mounts';
import { processesUsing, processesWithPrivateMount } from '../system/process-table';
import { leftOut, refuseLink, refuseMounts } from './guard';
import { getProperties, PROPERTIES, readProperties, type ZfsProperties } from './zfs-properties';
import { isZfsFuse } from './zfs-rollback';
import { BUSY_TIMEOUT_MS, BUSY_RETRY_MS, expectSuccess, type ZfsRunner } from './zfs-runner';
import { quoteArgument } from '../../src-shared/shell-quote';

/** The build data's dataset and its mountpoint, with the checks before operations on its snapshots. */
export class ZfsTree {
  constructor(
    readonly dataset: string,
    readonly mountpoint: string,
    readonly runner: ZfsRunner,
  ) {}

  /** The dataset of the build area. */
  get area(): string {
    return this.dataset.slice(0, this.dataset.lastIndexOf('/'));
  }

  id(snapshot: string): string {
    return `${this.dataset}@${snapshot}`;
  }

  /**
   * Properties of the dataset, of all datasets below it, and of their snapshots. Empty when the dataset does not exist.
   */
  async properties(): Promise<ZfsProperties> {
    const { runner, dataset } = this;
    const { code, stdout, stderr } = await runner.zfs(getProperties(dataset, PROPERTIES));
    if (code === 0) return readProperties(stdout);
    if (/does not exist/.test(stderr)) return new Map();
    throw new AppError('snapshot', `zfs cannot list the snapshots of ${this.dataset}: ${stderr.trim()}`);
  }

  /** Refuses mounts in the build data that are not its own datasets, and a link or file in its place. */
  async refuseForeign(action: string): Promise<MountTable> {
    refuseLink(action, this.mountpoint);
    const table = await MountTable.read();
    const isForeign = (mount: Mount): boolean => !this.#isOwn(mount) || isPart(mount);
    refuseMounts(action, this.mountpoint, [
      ...table.inside(this.mountpoint).filter((mount) => isForeign(mount) || mount.source === this.dataset),
      ...table.at(this.mountpoint).filter((mount) => isForeign(mount) || mount.source !== this.dataset),
    ]);
    return table;
  }

  /** Refuses while the build data, a part of it or a dataset below it is also mounted at another path. */
  refuseMountedElsewhere(action: string, table: MountTable): void {
    const here = new Set([...table.at(this.mountpoint), ...table.inside(this.mountpoint)]);
    const elsewhere = table.mounts.filter(
      (mount) => this.#isOwn(mount) && !mount.source.includes('@') && !here.has(mount),
    );
    refuseMounts(action, this.mountpoint, elsewhere, 'of');
  }

  /** Takes a snapshot. Refuses an incomplete one: the dataset is not mounted, or has others below it. */
  async snapshot(action: string, name: string): Promise<void> {
    const { dataset, mountpoint, runner } = this;
    const table = await this.refuseForeign(action);
    if (!this.isMounted(table))
      throw new AppError(
        'snapshot',
        `${action} is not possible: ${dataset} is not mounted at ${mountpoint}, so it does not contain the files there. Nothing was changed.`,
        `Mount it: zfs mount ${quoteArgument(dataset)}`,
      );
    // Both run at the same time, because each is a process and there are almost never datasets below. If the engine is
    // killed in between, the snapshot is complete because of `-r`, and a rollback to it is refused.
    const taking = expectSuccess(runner.zfs(['snapshot', '-r', this.id(name)]));
    const [below, taken] = await Promise.allSettled([this.#datasetsBelow(), taking]);
    if (taken.status === 'rejected') throw taken.reason;
    if (below.status === 'fulfilled' && below.value.length === 0) return;
    await expectSuccess(runner.zfsWithRetry(['destroy', '-r', this.id(name)]));
    if (below.status === 'rejected') throw below.reason;
    const undo = outermost(below.value).map((child) => `zfs destroy -r ${child}`);
    throw leftOut(action, dataset, 'datasets', below.value, undo.join(' && '));
  }

  async #datasetsBelow(): Promise<string[]> {
    const argv = ['list', '-H', '-o', 'name', '-t', 'filesystem,volume', '-r', this.dataset];
    const { stdout } = await expectSuccess(this.runner.zfs(argv));
    return stdout.split('\n').filter((name) => name !== '' && name !== this.dataset);
  }

  isMounted(table: MountTable): boolean {
    const top = table.at(this.mountpoint)[0];
    return top?.source === this.dataset && !isPart(top);
  }

  /** Refuses while a process keeps the build data mounted to itself, so that an unmount has no effect there. */
  refusePrivateMounts(action: string): void {
    const elsewhere = isFuse(this.mountpoint) ? processesWithPrivateMount(this.mountpoint) : [];
    if (elsewhere.length > 0) throw this.#inUse(action, elsewhere);
  }

  /**
   * Unmounts the build data, or refuses and names the processes that use it.
   *
   * @param table the mount table, when the caller has just read it
   */
  async unmount(action: string, table?: MountTable): Promise<void> {
    const { mountpoint } = this;
    const until = Date.now() + BUSY_TIMEOUT_MS;
    for (;;) {
      const { code, stderr } = await this.#tryUnmount(table);
      if (code === 0 || /not currently mounted/.test(stderr)) return;
      if (!/busy/.test(stderr)) throw new AppError('snapshot', `${action} failed: ${stderr.trim()}`);
      const users = processesUsing(mountpoint);
      if (users.length > 0 || Date.now() > until) throw this.#inUse(action, users);
      await delay(BUSY_RETRY_MS);
    }
  }

  /** `zfs` takes three times as long, and unmounts datasets below as well. */
  async #tryUnmount(table?: MountTable): Promise<ExecResult> {
    const { dataset, mountpoint, runner } = this;
    if (isZfsFuse() && table && this.isMounted(table) && table.inside(mountpoint).length === 0) {
      const unmounted = await runner.umount(mountpoint).catch(() => undefined);
      if (unmounted && (unmounted.code === 0 || /busy/.test(unmounted.stderr))) return unmounted;
    }
    return runner.zfs(['unmount', dataset]);
  }

  /**
   * Mounts the build data again, whatever happened in between.
   *
   * @param meanwhile an earlier failure, which the error names first
   */
  async mount(meanwhile?: string): Promise<void> {
    const { dataset, mountpoint, runner } = this;
    const { code, stderr } = await runner.zfsWithRetry(['mount', dataset]);
    const isMounted = code === 0 || /already mounted/.test(stderr);
    if (isMounted && this.isMounted(await MountTable.read())) return;
    const why = isMounted ? `it is not mounted at ${mountpoint}` : stderr.trim();
    throw new AppError(
      'snapshot',
      `${meanwhile === undefined ? '' : `${meanwhile}. `}${dataset} cannot be mounted again: ${why}`,
      `Mount it: zfs mount ${quoteArgument(dataset)}`,
    );
  }

  /**
   * Whether a mount is a dataset of the build data, or one of its snapshots: OpenZFS mounts those below `.zfs` by
   * itself.
   */
  #isOwn({ source, type }: Mount): boolean {
    const { dataset } = this;
    const isBelow = source === dataset || source.startsWith(`${dataset}/`) || source.startsWith(`${dataset}@`);
    return isBelow && /^(fuse\.)?zfs$/.test(type);
  }

  #inUse(action: string, users: readonly string[]): AppError {
    return new AppError(
      'snapshot',
      `${action} is not possible: ${this.mountpoint} is in use${users.length > 0 ? ` by ${users.join(', ')}` : ''}. Nothing was changed.`,
      'Leave that directory or end that process, and try again.',
    );
  }
}

/** A bind mount of a folder of a dataset is not the dataset itself. */
const isPart = ({ node }: Mount): boolean => node !== undefined && node.root !== '/';

/** The datasets that are not below another one of them. */
export function outermost(datasets: readonly string[]): string[] {
  return datasets.filter((name) => !datasets.some((other) => name.startsWith(`${other}/`)));
}
