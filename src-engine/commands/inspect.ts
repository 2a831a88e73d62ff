import { setTimeout as delay } from 'node:timers/promises';
import { checkpointName, stepOfSnapshot } from '../../src-shared/checkpoints/model';
import { AppError } from '../../src-shared/errors';
import { activityIn, areaState, changesBetween, readAreaFiles, type Activity } from '../area/area-state';
import { refuseCovered } from '../area/places';
import { RecordedTree } from '../area/recorded-tree';
import type { SnapshotView } from '../snapshots/backend';
import { FolderTree } from '../snapshots/folder-tree';
import type { TreeView } from '../snapshots/tree-view';
import { isMountPoint } from '../system/mounts';
import { openContext, stepNamed, type AreaContext, type ContextOptions } from './context';
import { quoteArgument } from '../../src-shared/shell-quote';

/** The limit on attempts. A build that takes many checkpoints in a row can change the area faster than it is read. */
const MAX_ATTEMPTS = 6;
const RETRY_MS = 100;

/**
 * Reads a build area consistently although builds, prunes and other engines may change it. The area's state is compared
 * before and after. When a used part has changed, the result or error is discarded and the area is read again.
 *
 * Throws `AppError('changing')` when the area changes during every attempt, otherwise the errors of `read`. The views
 * that `read` opened are closed afterwards.
 */
export async function inspect<T>(
  operand: string,
  read: (inspection: Inspection) => Promise<T>,
  signal?: AbortSignal,
  options: ContextOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const inspection = await Inspection.start(operand, signal, options);
    try {
      const result = await read(inspection);
      await inspection.confirm();
      return result;
    } catch (error) {
      if (signal?.aborted || inspection.isConfirmed) throw error;
      if (!isChanging(error) && !(await inspection.hasChanged())) throw error;
      if (attempt === MAX_ATTEMPTS) throw isChanging(error) ? error : changing();
    } finally {
      await inspection.close();
    }
    await delay(RETRY_MS * attempt);
  }
}

/** One attempt to read a build area. */
export class Inspection {
  readonly #used = new Set<string>();
  #usesAll = false;
  readonly #views: SnapshotView[] = [];
  #live: { readonly tree: RecordedTree; readonly activity: Activity } | undefined;
  #isConfirmed = false;

  private constructor(
    readonly context: AreaContext,
    readonly signal: AbortSignal | undefined,
  ) {}

  static async start(operand: string, signal?: AbortSignal, options?: ContextOptions): Promise<Inspection> {
    return new Inspection(await openContext(operand, options), signal);
  }

  get isConfirmed(): boolean {
    return this.#isConfirmed;
  }

  /** Declares that the result depends on all of the area's state: its lock, its newest run and all snapshots. */
  useAll(): AreaContext {
    this.#usesAll = true;
    return this.context;
  }

  /** Opens a read-only view of a step's checkpoint. Throws `missing` when it has none. */
  async open(designator: string): Promise<SnapshotView> {
    const name = checkpointName(this.stepOf(designator));
    this.#used.add(name);
    this.#assertListed(name);
    const view = await this.context.backend.open(name);
    this.#views.push(view);
    return view;
  }

  /** The present build data, only for comparisons. Throws `changing` while a build replaces it. */
  live(): TreeView {
    const { area, backend, snapshots } = this.context;
    const activity = activityIn(area);
    if (activity.kind === 'busy') throw changing();
    if (area.dataset !== undefined && snapshots.length > 0 && !isMountPoint(area.buildData))
      throw new AppError(
        'area',
        `${area.dataset}/build_data is not mounted at ${area.buildData}.`,
        `Mount it: zfs mount ${quoteArgument(`${area.dataset}/build_data`)}`,
      );
    this.#live = { tree: new RecordedTree(backend.live?.() ?? new FolderTree(area.buildData)), activity };
    return this.#live.tree;
  }

  /**
   * Throws `changing` when a used part has changed. A caller that prints its result in pieces calls it first; it also
   * runs at the end.
   */
  async confirm(): Promise<void> {
    if (this.#isConfirmed) return;
    if (await this.hasChanged()) throw changing();
    if (this.context.area.exists) await refuseCovered(this.context.area);
    this.#isConfirmed = true;
  }

  /** Whether a used part has changed. */
  async hasChanged(): Promise<boolean> {
    const { area, backend, files, snapshots } = this.context;
    const before = areaState(files, snapshots);
    const after = areaState(readAreaFiles(area), area.exists ? await backend.list() : []);
    const changed = changesBetween(before, after);
    return [...changed].some((key) => this.#usesAll || this.#used.has(key)) || this.#hasLiveChanged();
  }

  async #hasLiveChanged(): Promise<boolean> {
    if (!this.#live) return false;
    const { activity, tree } = this.#live;
    const now = activityIn(this.context.area);
    if (activity.kind === 'busy' || now.kind === 'busy' || now.key !== activity.key) return true;
    return activity.kind === 'step' && !(await tree.isUnchanged(this.signal));
  }

  async close(): Promise<void> {
    for (const view of this.#views.splice(0)) await view.close();
  }

  /** The name of the step that an argument means. */
  stepOf(designator: string): string {
    return this.context.file.manifest.steps[stepNamed(this.context, designator)]?.name ?? '';
  }

  #assertListed(name: string): void {
    if (this.context.snapshots.some((snapshot) => snapshot.name === name)) return;
    throw new AppError(
      'missing',
      `The step ${stepOfSnapshot(name)} has no checkpoint.`,
      'See which have: distro_const checkpoints MANIFEST',
    );
  }
}

function changing(): AppError {
  return new AppError(
    'changing',
    'The build area is changing: a build replaces or takes checkpoints.',
    'Try again, or wait for the build to end: distro_const follow MANIFEST',
  );
}

const isChanging = (error: unknown): boolean => error instanceof AppError && error.code === 'changing';
