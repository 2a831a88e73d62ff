import { AppError, reasonOf } from '../../src-shared/errors';
import { planBuild, type PlannedAction } from '../../src-shared/checkpoints/plan';
import { resumableByCapitalR } from '../../src-shared/checkpoints/rules';
import type { RunOutcome } from '../../src-shared/journal/records';
import { earliestPause } from '../../src-shared/runs/pause';
import { AreaFolders } from '../area/area-folders';
import { freeLogStamp, logStamp } from '../area/log-names';
import { newRunName, runNames } from '../area/run-names';
import { damagesOf } from '../snapshots/damaged';
import { onStopSignal, type StopSignal } from '../system/stop-signal';
import { systemError } from '../system/system-error';
import { announceBuild } from './announce-build';
import type { BuildInput } from './build-input';
import { Journal } from './journal';
import { asctime } from './logs';
import { PlanActions, type ActionResult } from './plan-actions';
import { Requests } from './requests';
import { secondsSince } from './seconds';
import { SpaceReserve } from './space-reserve';
import { StepHost } from './step-host';

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
  /** What the user can do after a cancelled build, as a sentence with a blank before it; empty when not known. */
  #next = '';

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
    const [journal, reserve] = [this.#journal, this.#reserve];
    const report = (line: string): void => this.#report(line);
    announceBuild(this.#input, journal, report, this.#started);
    try {
      const host = await StepHost.start(this.#input, this.#folders, journal, report);
      this.#host = host;
      const isPause = (step: number): boolean => step === this.#pauseAt;
      const actions = new PlanActions(this.#input, { journal, host, reserve, report, isPause });
      for (let at = 0; at < this.#actions.length; at++) {
        // Once between two actions, because on FUSE it takes long. A step does it at its end.
        if (this.#actions[at - 1]?.kind !== 'run') this.#folders.assertPresent();
        if (this.#isEnding) break;
        // A checkpoint is taken whatever is requested, so that it needs no check of its own.
        if (this.#actions[at]?.kind !== 'checkpoint') this.#requests.check();
        const action = this.#actions[at];
        if (action) this.#apply(await actions.perform(action));
        if (this.#paused) break;
      }
      this.#folders.assertPresent();
      if (!this.#isEnding && !this.#failed && !this.#paused) this.#apply(actions.recordResult());
      if (this.#stop.signal && this.#error === undefined) this.#next = await this.#nextAfterCancel();
    } catch (error) {
      // After any failure here the tree is in an unknown state: no further step may run on it.
      this.#end(error);
    } finally {
      this.#host?.close();
      this.#requests.close();
    }
    return this.#finish();
  }

  #apply(result: ActionResult): void {
    if (result === 'paused') this.#paused = true;
    if (typeof result === 'string') return;
    if (this.#stop.signal || this.#error !== undefined) return; // it was ended on purpose
    this.#failed = true;
    for (const line of result.failed) this.#report(line);
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

  /** Looks which checkpoints there are, because a build may be cancelled before its first one or take none. */
  async #nextAfterCancel(): Promise<string> {
    const { backend, checkpointing, file } = this.#input;
    if (!checkpointing) return '';
    const snapshots = await backend.list().catch(() => undefined);
    if (!snapshots) return '';
    const names = snapshots.map(({ name }) => name);
    const latest = resumableByCapitalR(file.manifest.steps, names, damagesOf(snapshots));
    return latest === undefined
      ? ' There is no checkpoint to resume from.'
      : ' The last checkpoint is intact: resume with -R.';
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
      this.#report(`Build cancelled by ${signal}.${this.#next}`);
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

/** The time that a step gets to end by itself when the logs cannot be written. */
const STEP_GRACE_MS = 10_000;
/** A build whose step cannot be ended exits after this time. */
const FORCED_END_MS = 9000;
