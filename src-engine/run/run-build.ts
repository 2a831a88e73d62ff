import { hostname } from 'node:os';
import { AppError, reasonOf } from '../../src-shared/errors';
import { assertNever } from '../../src-shared/assert-never';
import type { StepExecution } from '../../src-shared/checkpoints/execution';
import { BASELINE, checkpointName, type StepRange } from '../../src-shared/checkpoints/model';
import { planBuild, type BuildPlan, type PlannedAction } from '../../src-shared/checkpoints/plan';
import { PROTOCOL_VERSION, type EngineRecordBody, type RunOutcome } from '../../src-shared/journal/records';
import type { DeclaredStep } from '../../src-shared/manifest/model';
import { earliestPause } from '../../src-shared/runs/pause';
import type { Snapshot, SnapshotBackend } from '../snapshots/backend';
import { DamagedSnapshot } from '../snapshots/damaged';
import { ENGINE_VERSION } from '../version';
import { AreaFolders } from '../area/area-folders';
import { createBuildDataFolders, type BuildArea } from '../area/area';
import {
  readCheckpointRecord,
  removeCheckpointFiles,
  removeOrphanedFiles,
  writeCheckpointFiles,
} from '../area/checkpoint-records';
import { checkpointPast } from '../area/freshness';
import type { GivenVariables } from '../area/step-variables';
import { Journal } from './journal';
import { Requests } from './requests';
import { asctime, type BuildLogs } from './logs';
import { freeLogStamp, logStamp } from '../area/log-names';
import { newRunName, runNames } from '../area/run-names';
import type { ManifestFile } from '../area/manifest-file';
import { systemError } from '../system/system-error';
import { onStopSignal, type StopSignal } from '../system/stop-signal';
import type { Observer } from './observer';
import { staleLines } from './stale-lines';
import type { Containment, StepSpawner } from './step-process';
import { keepsMounts } from './containment';
import { refuseLoops, releaseLoops } from './left-loops';
import { SpaceReserve } from './space-reserve';
import { StepHost, type StepOutcome } from './step-host';

/** Everything that a build needs, checked beforehand. The caller holds the lock. */
export interface BuildInput {
  /** Id of the held lock. Requests to this build contain it. */
  readonly lockId: string;
  readonly area: BuildArea;
  readonly file: ManifestFile;
  readonly choice: StepRange;
  readonly plan: BuildPlan;
  /** The snapshots when the lock was taken. No other process changes them since. */
  readonly snapshots: readonly Snapshot[];
  readonly backend: SnapshotBackend;
  readonly checkpointing: boolean;
  readonly containment: Containment;
  /** Starts the steps, when this was prepared before the lock was taken. */
  readonly spawner?: StepSpawner | undefined;
  readonly debug: boolean;
  /** Variables of `--env` for the steps. */
  readonly given?: GivenVariables | undefined;
  /** Records the files that steps open (`--observe`). */
  readonly observer?: Observer | undefined;
  /** The reason why the checkpoint to resume from is not current. */
  readonly stale?: EngineRecordBody<'stale-checkpoint'> | undefined;
  readonly logs: BuildLogs;
  /** Keeps the list of packages in the image beside the run's journal; see `packages/image/run-packages.ts`. */
  readonly keepPackages: (run: string, from?: string) => Promise<void>;
}

/**
 * Runs a planned build and returns its exit status: 0 done or paused, 1 failed, 128 + signal when cancelled.
 *
 * It follows the plan. It only ends the build when a snapshot, rollback or clean fails, before another step runs,
 * whatever `stop_on_error` is (contract 9: 1-3).
 */
export async function runBuild(input: BuildInput): Promise<number> {
  const build = new Build(input);
  return build.run();
}

class Build {
  readonly #input: BuildInput;
  readonly #journal: Journal;
  readonly #started = Date.now();
  readonly #stop: StopSignal;
  readonly #reserve: SpaceReserve;
  readonly #requests: Requests;
  readonly #folders: AreaFolders;
  /** The actions of the plan, or of the plan with a moved pause. */
  #actions: readonly PlannedAction[];
  #pauseAt: number | undefined;
  readonly #containment: Containment;
  #host: StepHost | undefined;
  #failed = false;
  /** The first error that ended the build, for any value of `stop_on_error`. */
  #error: unknown;
  #stepGrace: NodeJS.Timeout | undefined;
  #forcedEnd: NodeJS.Timeout | undefined;
  readonly #onUncaught = (error: unknown): void => {
    this.#end(error);
    // The exception may have ended what the build waits for.
    this.#forcedEnd ??= setTimeout(() => process.exit(this.#finish()), FORCED_END_MS);
  };
  #paused = false;
  /** Executions since the beginning of this line, or why an earlier part is unknown. */
  #past: { readonly history: StepExecution[] } | { readonly unknown: string } = { history: [] };
  #parent: string | null = null;

  constructor(input: BuildInput) {
    this.#input = input;
    const stamp = logStamp(new Date());
    this.#folders = new AreaFolders(input.area);
    const onWriteError = (error: Error): void => this.#endSoon(error);
    this.#reserve = new SpaceReserve(input.area);
    this.#reserve.prepare();
    this.#journal = Journal.create(input.area.logs, newRunName(runNames(input.area), stamp), onWriteError);
    input.logs.open(input.area.logs, freeLogStamp(input.area.logs, stamp), onWriteError);
    this.#actions = input.plan.actions;
    this.#pauseAt = input.choice.pause;
    this.#containment = input.containment;
    this.#requests = new Requests(input.area, input.lockId, {
      onPause: (step) => this.#movePause(step),
      onCancel: () => process.kill(process.pid, 'SIGTERM'),
      onDamage: (message) => this.#report(message),
    });
    process.on('uncaughtException', this.#onUncaught);
    this.#stop = onStopSignal((signal, again) => {
      if (!again) this.#journal.write('cancelled', { signal, step: this.#host?.running ?? null });
      this.#host?.cancel(again);
    });
  }

  async run(): Promise<number> {
    this.#announce();
    try {
      this.#host = await StepHost.start(
        { ...this.#input, folders: this.#folders },
        this.#journal,
        (line) => this.#report(line),
        this.#containment,
      );
      for (let at = 0; at < this.#actions.length; at++) {
        this.#folders.assertPresent(); // once between two actions, because on FUSE it takes long
        if (this.#isEnding) break;
        this.#requests.check();
        const action = this.#actions[at];
        if (action) await this.#perform(action);
        if (this.#paused) break;
      }
      this.#folders.assertPresent();
    } catch (error) {
      // After any failure here the tree is in an unknown state: no further step may run on it.
      this.#end(error);
    } finally {
      this.#host?.close();
      this.#requests.close();
    }
    return this.#finish();
  }

  get #isEnding(): boolean {
    const stopsAtFailure = this.#failed && this.#input.file.manifest.stopOnError;
    return this.#stop.signal !== undefined || this.#error !== undefined || stopsAtFailure;
  }

  /** The build cannot go on: ends the running step. Only the first error counts, because others follow from it. */
  #end(error: unknown): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#failed = true;
    this.#host?.abort();
  }

  /** The logs cannot be written. The step often fails for the same reason, with a message of its own. */
  #endSoon(error: unknown): void {
    if (this.#error !== undefined) return;
    const seconds = STEP_GRACE_MS / 1000;
    this.#error = error;
    this.#failed = true;
    this.#input.logs.info(`The logs cannot be written. The build ends with this step, or in ${seconds} s.`);
    this.#stepGrace = setTimeout(() => this.#host?.abort(), STEP_GRACE_MS);
  }

  /** Reports the error that ended the build. */
  #reportError(error: unknown): void {
    const expected = error instanceof AppError ? error : systemError(error);
    if (expected) {
      this.#report(expected.message);
      if (expected.hint !== undefined) this.#report(expected.hint);
    } else {
      this.#report(`defect: ${reasonOf(error)}`);
      if (error instanceof Error) this.#input.logs.detail(error.stack ?? '');
    }
  }

  /** The user moves the pause. Up to the running step both plans are the same; a step that has begun is too late. */
  #movePause(name: string | null): void {
    const { file, choice, checkpointing } = this.#input;
    const steps = file.manifest.steps;
    const pause = name === null ? undefined : steps.findIndex((step) => step.name === name);
    if (!checkpointing || (pause !== undefined && pause < earliestPause(this.#journal.view))) return;
    this.#pauseAt = pause;
    this.#actions = planBuild(steps, { resume: choice.resume, pause }, checkpointing).actions;
    this.#journal.write('pause-requested', { step: name });
  }

  #announce(): void {
    const { area, file, choice, plan, backend, checkpointing, stale } = this.#input;
    const steps = file.manifest.steps;
    const name = (index: number | undefined): string | null =>
      index === undefined ? null : (steps[index]?.name ?? null);
    this.#journal.write('hello', {
      protocol: PROTOCOL_VERSION,
      engine: ENGINE_VERSION,
      run: this.#journal.run,
      pid: process.pid,
      host: hostname(),
      client: process.env.SLIPWAY_CLIENT ?? 'terminal',
      lock: this.#input.lockId,
    });
    this.#journal.write('plan', {
      manifest: file.path,
      distribution: file.manifest.distributionName,
      area: area.mountpoint,
      backend: checkpointing ? backend.kind : null,
      containment: this.#containment,
      steps: steps.map(({ index, name: step, message }) => ({
        index,
        name: step,
        message,
        kept: plan.kept.includes(index),
      })),
      resume: name(choice.resume),
      pause: name(choice.pause),
      line: MAIN_LINE,
      parent: null,
    });
    if (stale) {
      this.#journal.write('stale-checkpoint', stale);
      for (const line of staleLines(stale)) this.#report(line);
    }
    this.#report(`Build started ${asctime(new Date(this.#started))}`);
    this.#report(`Distribution name: ${file.manifest.distributionName}`);
    if (area.dataset) this.#report(`Build Area dataset: ${area.dataset}`);
    this.#report(`Build Area mount point: ${area.mountpoint}`);
  }

  async #perform(action: PlannedAction): Promise<void> {
    switch (action.kind) {
      case 'clean':
        await this.#releaseLoops(`Emptying ${this.#input.area.buildData}`);
        await this.#clean();
        return this.#reserve.make();
      case 'roll-back':
        await this.#releaseLoops(`Rolling back to ${checkpointName(this.#step(action.step).name)}`);
        await this.#rollBack(this.#step(action.step));
        return this.#reserve.make();
      case 'checkpoint':
        return this.#takeCheckpoint(this.#step(action.step));
      case 'run':
        return this.#runStep(this.#step(action.step));
      case 'pause':
        return this.#pause(this.#step(action.step));
      default:
        return assertNever(action);
    }
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
    if (!isEmptied) await backend.reset();
    createBuildDataFolders(area);
    if (!isEmptied) await backend.take(BASELINE);
    removeOrphanedFiles(area, []);
    this.#journal.write('rolled-back', { step: null, snapshot: BASELINE, seconds: secondsSince(started) });
  }

  /** Returns whether it succeeded. A damaged baseline is made again, together with its store. */
  async #rollBackToBaseline(): Promise<boolean> {
    try {
      await this.#input.backend.rollback(BASELINE, this.#input.snapshots);
      return true;
    } catch (error) {
      if (!(error instanceof DamagedSnapshot)) throw error;
      this.#report(`${error.damage}. The build data and the store of checkpoints are made again.`);
      return false;
    }
  }

  async #rollBack(step: DeclaredStep): Promise<void> {
    const { backend, area, plan, snapshots } = this.#input;
    const started = Date.now();
    const past = checkpointPast(area, step.index, step.name);
    const answer = readCheckpointRecord(area, step.name);
    await backend.rollback(checkpointName(step.name), snapshots);
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
    this.#report(`==== ${step.name}: ${step.message} `);
  }

  async #takeCheckpoint(step: DeclaredStep): Promise<void> {
    const { backend, area, file } = this.#input;
    const started = Date.now();
    const takenAt = Math.floor(started / 1000);
    const record = { step: step.name, run: this.#journal.run, line: MAIN_LINE, parent: this.#parent, takenAt };
    writeCheckpointFiles(area, file.bytes, record, this.#past, !backend.takeSyncsArea);
    const snapshot = await backend.take(checkpointName(step.name)).catch((error: unknown) => {
      removeCheckpointFiles(area, step.name);
      throw error;
    });
    this.#journal.write('checkpoint-taken', {
      step: step.name,
      snapshot: snapshot.id,
      line: MAIN_LINE,
      parent: this.#parent,
      seconds: secondsSince(started),
    });
    this.#parent = step.name;
    this.#report(`${step.index === this.#pauseAt ? 'Stopping at' : '===='} ${step.name}: ${step.message} `);
  }

  async #runStep(step: DeclaredStep): Promise<void> {
    if (!this.#host) throw new Error('no step host');
    const outcome: StepOutcome = await this.#host.run(step);
    await this.#releaseLoops();
    await this.#keepPackages();
    if ('history' in this.#past) this.#past.history.push(outcome.execution);
    if (outcome.result.outcome === 'done') return;
    if (this.#stop.signal || this.#error !== undefined) return; // it was ended on purpose
    this.#failed = true;
    for (const line of outcome.result.lines) this.#report(line);
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

  #pause(step: DeclaredStep): void {
    this.#paused = true;
    this.#journal.write('paused', { step: step.name });
  }

  /** Records the end of a step whose own end could not be recorded, because its launcher or the disk failed. */
  #closeStep(): void {
    const last = this.#journal.view.steps.at(-1);
    if (last?.outcome !== 'running') return;
    const outcome = this.#stop.signal ? 'cancelled' : 'failed';
    const seconds = last.startedAt === undefined ? 0 : Date.now() / 1000 - last.startedAt;
    this.#journal.write('step-finished', { step: last.step, outcome, exit: null, signal: null, seconds });
  }

  #finish(): number {
    clearTimeout(this.#stepGrace);
    clearTimeout(this.#forcedEnd);
    process.off('uncaughtException', this.#onUncaught);
    this.#closeStep();
    if (this.#error !== undefined) {
      this.#reserve.release();
      this.#journal.retry();
      this.#input.logs.retry();
      this.#reportError(this.#error);
    }
    const signal = this.#stop.signal;
    const outcome: RunOutcome = signal ? 'cancelled' : this.#failed ? 'failed' : this.#paused ? 'paused' : 'done';
    const code = signal ? 128 + this.#stop.number : this.#failed ? 1 : 0;
    if (signal) {
      const next = this.#error === undefined ? ' The last checkpoint is intact: resume with -R.' : '';
      this.#report(`Build cancelled by ${signal}.${next}`);
    } else {
      this.#report(`Build completed ${asctime(new Date())}`);
      this.#report(this.#failed ? 'Build failed.' : 'Build is successful.');
    }
    const { steps, checkpoints, pause, pausedBefore, cancelledBy } = this.#journal.view;
    this.#journal.write('exit', {
      code,
      outcome,
      seconds: secondsSince(this.#started),
      steps,
      checkpoints,
      pause,
      ...(pausedBefore !== undefined && { pausedBefore }),
      ...(cancelledBy !== undefined && { cancelledBy }),
    });
    if (!this.#journal.close())
      this.#input.logs.info('The end of this run could not be recorded: later commands report it as interrupted.');
    this.#input.logs.close();
    this.#folders.close();
    this.#stop.dispose();
    return code;
  }

  /** A message of the engine: to the journal first, then to the console and the logs. */
  #report(line: string): void {
    for (const text of line.split('\n')) this.#journal.write('output', { step: null, stream: 'engine', text });
    this.#journal.flush();
    this.#input.logs.info(line);
  }
}

/** Checkpoints lie on one line until resuming makes new ones (architecture section 5). */
const MAIN_LINE = 'main';

/** The time that a step gets to end by itself when the logs cannot be written. */
const STEP_GRACE_MS = 10_000;
/** A build whose step cannot be ended exits after this time. */
const FORCED_END_MS = 9000;

function secondsSince(start: number): number {
  return (Date.now() - start) / 1000;
}
