import { setTimeout as delay } from 'node:timers/promises';
import { checkpointName, stepOfSnapshot } from '../../src-shared/checkpoints/model';
import { AppError } from '../../src-shared/errors';
import { activityIn, areaState, changesBetween, readAreaFiles, type Activity } from '../area/area-state';
import { refuseCovered } from '../area/places';
import { RecordedTree } from '../area/recorded-tree';
import type { SnapshotView } from '../snapshots/backend';
import { resolveStep } from '../../src-shared/checkpoints/rules';
import { findLine } from '../lines/find-line';
import { lineName, readLines, type LineFile } from '../lines/line-file';
import { FolderTree } from '../snapshots/folder-tree';
import type { TreeView } from '../snapshots/tree-view';
import { isMountPoint } from '../system/mounts';
import { openContext, type AreaContext, type ContextOptions } from './context';
import { treeNamed, type TreeName } from './tree-name';
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

  /**
   * Opens a read-only view of the checkpoint of a STEP, or of a parked line's LINE@STEP or last tree (LINE@). Throws
   * `missing` when there is none, `refused` for the build data.
   */
  async open(designator: string): Promise<SnapshotView> {
    const { line, step } = this.#named(designator);
    const view = line === undefined ? await this.#openPresent(step) : await this.#openParked(line, step);
    this.#views.push(view);
    return view;
  }

  /** The line that an argument names, and that of the build data. Throws `changing` during a change of lines. */
  lineNamed(designator: string): { readonly id: string; readonly active: string } {
    return { id: findLine(this.#lines(), designator).id, active: this.#lines().active };
  }

  /** The lines, on which the result then depends. */
  #lines(): LineFile {
    this.#used.add('lines');
    const lines = readLines(this.context.area);
    if (lines.change) throw changing();
    return lines;
  }

  /** Whether the build data has been read. */
  get readsLive(): boolean {
    return this.#live !== undefined;
  }

  /** Whether an argument names the last tree of the line that the build data has (LINE@). */
  isLive(designator: string): boolean {
    const { line, step } = this.#named(designator);
    return line === undefined && step === undefined;
  }

  async #openPresent(step: string | undefined): Promise<SnapshotView> {
    if (step === undefined)
      throw new AppError(
        'refused',
        'The build data may change while it is read.',
        'Name a checkpoint: LINE@STEP. Only diff reads the build data.',
      );
    const name = checkpointName(step);
    this.#used.add(name);
    this.#assertListed(name);
    return this.context.backend.open(name);
  }

  async #openParked(line: string, step: string | undefined): Promise<SnapshotView> {
    const { backend, file } = this.context;
    const lines = this.#lines();
    if (step === undefined) return backend.lines.open(line);
    const found = (await backend.lines.list()).get(line) ?? [];
    const byNumber = resolveStep(file.manifest.steps, step);
    const names = [step, ...(byNumber.ok ? [file.manifest.steps[byNumber.index]?.name ?? ''] : [])].map(checkpointName);
    const name = names.find((candidate) => found.some((snapshot) => snapshot.name === candidate));
    if (name !== undefined) return backend.lines.open(line, name);
    throw new AppError(
      'missing',
      `The line ${lineName(lines, line)} has no checkpoint of the step ${step}.`,
      'List its checkpoints: distro_const lines --json MANIFEST',
    );
  }

  /** The present build data, only for comparisons. Throws `changing` while a build replaces it. */
  live(): TreeView {
    const { area, backend, snapshots } = this.context;
    if (this.#live) return this.#live.tree;
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

  /** The name of the checkpoint or tree that an argument names: STEP, or LINE@STEP for a parked line. */
  nameOf(designator: string): string {
    const { line, step } = this.#named(designator);
    return line === undefined ? (step ?? designator) : designator;
  }

  #named(designator: string): TreeName {
    if (designator.includes('@')) this.#used.add('lines');
    return treeNamed(this.context, designator);
  }

  #assertListed(name: string): void {
    if (this.context.snapshots.some((snapshot) => snapshot.name === name)) return;
    throw new AppError(
      'missing',
      `The step ${stepOfSnapshot(name)} has no checkpoint.`,
      'List the checkpoints: distro_const checkpoints MANIFEST',
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
