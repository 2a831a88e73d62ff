import { assertNever } from '../../src-shared/assert-never';
import { reasonOf } from '../../src-shared/errors';
import type { StepExecution } from '../../src-shared/checkpoints/execution';
import { BASELINE, checkpointName, stepOfSnapshot } from '../../src-shared/checkpoints/model';
import { plural } from '../../src-shared/format';
import type { PlannedAction } from '../../src-shared/checkpoints/plan';
import type { DeclaredStep } from '../../src-shared/manifest/model';
import { createBuildDataFolders } from '../area/area';
import {
  readCheckpointRecord,
  removeCheckpointFiles,
  removeOrphanedFiles,
  writeCheckpointFiles,
} from '../area/checkpoint-records';
import { checkpointPast } from '../area/freshness';
import { writeLineResult } from '../area/line-result';
import { DamagedSnapshot } from '../snapshots/damaged';
import type { BuildInput } from './build-input';
import { BuildTree } from './build-line';
import { keepsMounts } from './containment';
import type { Journal } from './journal';
import { refuseLoops, releaseLoops } from './left-loops';
import { secondsSince } from './seconds';
import type { SpaceReserve } from './space-reserve';
import type { StepHost } from './step-host';

/** The parts of a running build that its actions use. */
export interface BuildParts {
  readonly journal: Journal;
  readonly host: StepHost;
  readonly reserve: SpaceReserve;
  /** Reports a message of the engine: on the console, in the logs and in the journal. */
  readonly report: (line: string) => void;
  /** Whether the build pauses at a step. The user may move the pause while a checkpoint is taken. */
  readonly isPause: (step: number) => boolean;
}

/** The result of an action. A failed step has lines for the console. */
export type ActionResult = 'done' | 'paused' | { readonly failed: readonly string[] };

/**
 * Performs the actions of a build's plan, one at a time: empties or rolls back the build data, takes checkpoints, runs
 * steps. Throws when the build data is in an unknown state afterwards; no further action may follow then.
 */
export class PlanActions {
  readonly #input: BuildInput;
  readonly #journal: Journal;
  readonly #host: StepHost;
  readonly #reserve: SpaceReserve;
  readonly #report: (line: string) => void;
  readonly #isPause: (step: number) => boolean;
  /** Executions since the beginning of this line, or why an earlier part is unknown. */
  #past: { readonly history: StepExecution[] } | { readonly unknown: string } = { history: [] };
  #parent: string | null = null;
  readonly #tree: BuildTree;

  constructor(input: BuildInput, parts: BuildParts) {
    this.#input = input;
    this.#tree = new BuildTree(input.area, input.backend, input.line);
    this.#journal = parts.journal;
    this.#host = parts.host;
    this.#reserve = parts.reserve;
    this.#report = parts.report;
    this.#isPause = parts.isPause;
  }

  async perform(action: PlannedAction): Promise<ActionResult> {
    switch (action.kind) {
      case 'clean':
        await this.#releaseLoops(`Emptying ${this.#input.area.buildData}`);
        this.#nameForeign();
        await this.#clean();
        this.#reserve.make();
        return 'done';
      case 'roll-back': {
        const step = this.#step(action.step);
        await this.#releaseLoops(`Rolling back to ${checkpointName(step.name)}`);
        this.#nameForeign();
        await this.#rollBack(step);
        this.#reserve.make();
        return 'done';
      }
      case 'checkpoint':
        await this.#takeCheckpoint(this.#step(action.step));
        return 'done';
      case 'run':
        return this.#runStep(this.#step(action.step));
      case 'pause':
        this.#journal.write('paused', { step: this.#step(action.step).name });
        return 'paused';
      default:
        return assertNever(action);
    }
  }

  /** Records that all steps have succeeded. Fails when none of them used the lock. */
  recordResult(): ActionResult {
    const { area, checkpointing, lockCheck } = this.#input;
    if (!('history' in this.#past)) return 'done';
    const { history } = this.#past;
    const failed = lockCheck?.unused(history) ?? [];
    if (failed.length > 0) return { failed };
    if (!checkpointing) return 'done';
    if (history.every(({ outcome }) => outcome === 'done')) {
      const { run, view } = this.#journal;
      writeLineResult(area, { run, startedAt: view.startedAt ?? 0 }, history);
    }
    return 'done';
  }

  #step(index: number): DeclaredStep {
    const step = this.#input.file.manifest.steps[index];
    if (!step) throw new Error(`the plan names step ${index}, which does not exist`);
    return step;
  }

  /**
   * Empties the build data (contract 3.3), which removes every checkpoint. The checkpoints' files are removed
   * afterwards.
   */
  async #clean(): Promise<void> {
    const { backend, area, snapshots } = this.#input;
    const started = Date.now();
    const isEmptied = snapshots.some(({ name }) => name === BASELINE) && (await this.#rollBackToBaseline());
    if (!isEmptied) await this.#tree.reset();
    createBuildDataFolders(area);
    if (!isEmptied) await backend.take(BASELINE);
    removeOrphanedFiles(area, []);
    this.#journal.write('rolled-back', { step: null, snapshot: BASELINE, seconds: secondsSince(started) });
    this.#reportKept();
  }

  #reportKept(): void {
    const { made } = this.#input.line;
    if (made)
      this.#report(
        `The state before is kept as line ${made.left}. The new line is ${made.record.name} (${made.record.id}).`,
      );
  }

  /** Names the snapshots of the user or other programs that go with the present build data (contract 2.7). */
  #nameForeign(): void {
    const { plan, snapshots, line } = this.#input;
    if (line.made) return;
    const foreign = snapshots.filter(
      ({ name }) => plan.discarded.includes(name) && name !== BASELINE && stepOfSnapshot(name) === undefined,
    );
    if (foreign.length === 0) return;
    const ids = foreign.map(({ id }) => id).join(', ');
    this.#report(`This destroys ${plural(foreign.length, 'snapshot')} that Slipway did not make: ${ids}`);
  }

  /** Returns whether it succeeded. A damaged baseline is made again, together with its store. */
  async #rollBackToBaseline(): Promise<boolean> {
    try {
      await this.#tree.goBack(BASELINE, this.#input.snapshots);
      return true;
    } catch (error) {
      if (!(error instanceof DamagedSnapshot)) throw error;
      this.#report(`${error.damage}. The build data and the store of checkpoints are made again.`);
      return false;
    }
  }

  async #rollBack(step: DeclaredStep): Promise<void> {
    const { area, plan, snapshots, line } = this.#input;
    const started = Date.now();
    const place = this.#tree.origin;
    const past = checkpointPast(place, step.index, step.name);
    const answer = readCheckpointRecord(place, step.name);
    await this.#tree.goBack(checkpointName(step.name), snapshots);
    if (!line.made)
      removeOrphanedFiles(
        area,
        snapshots.map(({ name }) => name).filter((name) => !plan.discarded.includes(name)),
      );
    this.#past =
      'history' in past
        ? { history: [...past.history] }
        : { unknown: `a build resumed from the checkpoint before \`${step.name}\`, and ${past.unknown}` };
    if ('record' in answer) await this.#keepPackages(answer.record.run);
    this.#parent = step.name;
    this.#journal.write('rolled-back', {
      step: step.name,
      snapshot: checkpointName(step.name),
      seconds: secondsSince(started),
    });
    this.#reportKept();
    this.#report(`==== ${step.name}: ${step.message} `);
  }

  async #takeCheckpoint(step: DeclaredStep): Promise<void> {
    const { backend, area, file, line } = this.#input;
    const started = Date.now();
    const takenAt = Math.floor(started / 1000);
    const record = { step: step.name, run: this.#journal.run, line: line.id, parent: this.#parent, takenAt };
    writeCheckpointFiles(area, file, record, this.#past, !backend.takeSyncsArea);
    const snapshot = await backend.take(checkpointName(step.name)).catch((error: unknown) => {
      removeCheckpointFiles(area, step.name);
      throw error;
    });
    this.#journal.add('checkpoint-taken', {
      step: step.name,
      snapshot: snapshot.id,
      line: line.id,
      parent: this.#parent,
      seconds: secondsSince(started),
    });
    this.#parent = step.name;
    // This writes the record before the line.
    this.#report(`${this.#isPause(step.index) ? 'Stopping at' : '===='} ${step.name}: ${step.message} `);
    await this.#input.onCheckpoint?.(step.name);
  }

  async #runStep(step: DeclaredStep): Promise<ActionResult> {
    const { result, execution } = await this.#host.run(step);
    await this.#releaseLoops();
    await this.#keepPackages();
    if ('history' in this.#past) this.#past.history.push(execution);
    return result.outcome === 'done' ? 'done' : { failed: result.lines };
  }

  /**
   * Records the packages in the present image or, when it is the result of another run, those of that run. A later step
   * may compress the image.
   */
  async #keepPackages(from?: string): Promise<void> {
    const { keepPackages, logs } = this.#input;
    await keepPackages(this.#journal.run, from).catch((error: unknown) =>
      logs.detail(`The list of packages could not be kept: ${reasonOf(error)}`),
    );
  }

  /** @param action what is about to replace the build data */
  async #releaseLoops(action?: string): Promise<void> {
    const { area, file } = this.#input;
    const lines = await releaseLoops(area.buildData, keepsMounts(file.manifest.keyValuePairs));
    for (const line of lines) this.#report(line);
    if (action !== undefined) refuseLoops(action, area.buildData);
  }
}
