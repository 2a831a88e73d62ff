import { FIRST_LINE } from '../../../src-shared/line-id';
import type { EngineRecordBody, EngineRecordKind, RunStep } from '../../../src-shared/journal/records';
import type { DeclaredStep } from '../../../src-shared/manifest/model';
import { readLogLine, type OriginalLogLine } from './log-lines';

/** The time of a line that was written before it was observed. The log has no times. */
const UNKNOWN_TIME = 0;

/** A build's facts that are not in its log. */
export interface LoggedBuild {
  readonly run: string;
  readonly host: string;
  readonly manifest: string;
  /** Steps of the present manifest. A log names only the steps that ran. */
  readonly steps: readonly Pick<DeclaredStep, 'name' | 'message' | 'script'>[];
  /** When it began, in seconds since the epoch. */
  readonly startedAt: number;
  /** The same by the host's own clock, as if it were UTC. */
  readonly localStart: number;
}

/** A running step, and whether its start was observed. */
interface Current {
  readonly step: string;
  readonly index: number;
  readonly startedAt: number | undefined;
}

type Announced = Extract<OriginalLogLine, { kind: 'announced' }>;
type Banner = Pick<Announced, 'step' | 'isRollback' | 'pauses'>;
type Failure = Extract<OriginalLogLine, { kind: 'failure' }>;

/** The state after a log's lines so far, as far as later lines depend on it. Immutable. */
export interface LogState {
  /** The latest known time, in seconds since the epoch. */
  readonly now: number;
  readonly current?: Current | undefined;
  /** The banner of the checkpoint or rollback that is in progress. */
  readonly announced?: Announced | undefined;
  /** The failure of the current step, until a later line shows that the step itself printed it. */
  readonly failure?: Failure | undefined;
  /** The kind of line that begins a step, known from the first step: an announced banner, a banner alone, or its script where there are no checkpoints. */
  readonly begunBy: 'announced' | 'banner' | 'script' | undefined;
  /** What the helper of the checkpoint or rollback that is in progress has printed. It prints nothing when it succeeds. */
  readonly helperOutput?: string | undefined;
  /** Whether a checkpoint could not be taken, or a rollback failed. */
  readonly hasFailedBetween: boolean;
  /** A rollback failed, so that the steps run on other files than they should. */
  readonly isOnWrongFiles?: boolean;
  readonly isPlanned: boolean;
  readonly isCompleted: boolean;
  readonly hasEnded: boolean;
  readonly pausedBefore?: string;
  readonly steps: readonly RunStep[];
  readonly checkpoints: readonly string[];
}

/**
 * Translates the original's detail log (contract 3.4) to a journal. The log has no times of steps, and does not name the process of a
 * line, so the journal lacks them too.
 *
 * A banner counts when its command was announced, so that a step that prints one changes nothing. Our own engine in the original's place
 * runs no command for it; there a banner counts for a step behind the one that runs. Where there are no checkpoints there are no banners, and
 * a step begins when its script does.
 */
export class LogTranslation {
  #state: LogState;

  readonly #build: LoggedBuild;
  readonly #write: (line: string) => void;

  /**
   * @param write receives one line of the journal
   * @param after the state to continue from; without it the journal begins
   */
  constructor(build: LoggedBuild, write: (line: string) => void, after?: LogState) {
    this.#build = build;
    this.#write = write;
    const { run, host, startedAt: now } = build;
    this.#state = after ?? {
      now,
      begunBy: undefined,
      hasFailedBetween: false,
      isPlanned: false,
      isCompleted: false,
      hasEnded: false,
      steps: [],
      checkpoints: [],
    };
    if (!after) this.#put('hello', { protocol: 1, engine: 'stock', run, pid: 0, host, client: 'distro_const' });
  }

  get state(): LogState {
    return this.#state;
  }

  /** Whether the log has its last line. */
  get hasEnded(): boolean {
    return this.#state.hasEnded;
  }

  /**
   * Takes the next line of the log.
   *
   * @param at when it was written, in seconds since the epoch; `undefined` when it was not observed
   * @param isStderr the simple log has it as well
   */
  take(line: string, at: number | undefined, isStderr = false): void {
    const parsed = readLogLine(line);
    const { announced, isCompleted } = this.#state;
    const completedAt =
      parsed?.kind === 'completed' ? parsed.at + this.#build.startedAt - this.#build.localStart : undefined;
    const now = Math.max(this.#state.now, at ?? completedAt ?? 0);
    if (now !== this.#state.now) this.#set({ now });
    if (parsed?.kind !== 'ended' && isCompleted) this.#set({ isCompleted: false });
    const banner = announced ? (announced.banner === line ? announced : undefined) : this.#bannerOf(line);
    if (banner) this.#banner(banner, at);
    else if (parsed) this.#take(parsed, at);
    else if (this.#state.failure && !announced && !line.startsWith('shell_list = ')) this.#set({ failure: undefined });
    if (announced && !banner && !parsed && line.trim() !== '') this.#set({ helperOutput: line });
    const { current } = this.#state;
    // Lines during a checkpoint, or about the whole build, belong to no step.
    const isOfBuild =
      announced !== undefined ||
      banner !== undefined ||
      ['announced', 'completed', 'ended'].includes(parsed?.kind ?? '');
    const isOfEngine = parsed !== undefined || banner !== undefined || (!announced && !current);
    this.#put(
      'output',
      {
        step: isOfBuild ? null : (current?.step ?? null),
        stream: isOfEngine ? 'engine' : isStderr ? 'stderr' : 'stdout',
        text: line,
      },
      at ?? completedAt ?? UNKNOWN_TIME,
    );
    // Only both lines together are the end of a build.
    if (parsed?.kind === 'ended' && isCompleted) this.#end(at, parsed.isGood);
  }

  #take(parsed: OriginalLogLine, at: number | undefined): void {
    const { announced, begunBy } = this.#state;
    if (parsed.kind === 'announced') this.#set({ announced: parsed, begunBy: 'announced' });
    else if (parsed.kind === 'script' && announced) {
      // The checkpoint failed without a message, and the build continues (stop_on_error).
      this.#set({ announced: undefined });
      this.#begin(this.#stepNamed(announced.step), at, null);
    } else if (parsed.kind === 'script' && (begunBy ?? 'script') === 'script') {
      this.#set({ begunBy: 'script' });
      this.#begin(this.#stepOfScript(parsed.script), at, null);
    } else if (parsed.kind === 'failure') this.#set(announced ? { hasFailedBetween: true } : { failure: parsed });
    else if (parsed.kind === 'completed') this.#set({ isCompleted: true });
  }

  /** `==== NAME: MESSAGE ` and `Stopping at NAME: MESSAGE ` (contract 2.2), where they are not announced. */
  #bannerOf(line: string): Banner | undefined {
    if ((this.#state.begunBy ?? 'banner') !== 'banner') return undefined;
    const pauses = line.startsWith('Stopping at ');
    if (!pauses && !line.startsWith('==== ')) return undefined;
    const text = line.slice(pauses ? 12 : 5);
    const from = this.#nextIndex;
    const index = this.#build.steps.findIndex(({ name, message }, at) => at >= from && text === `${name}: ${message} `);
    if (index < 0) return undefined;
    this.#set({ begunBy: 'banner' });
    // A build that does not begin with the first step was resumed.
    const isRollback = !this.#state.isPlanned && !pauses && index > 0;
    return { step: this.#build.steps[index]?.name ?? '', isRollback, pauses };
  }

  #banner({ step, isRollback, pauses }: Banner, at: number | undefined): void {
    const { helperOutput } = this.#state;
    this.#set({ announced: undefined, helperOutput: undefined });
    if (helperOutput !== undefined) this.#helperFailed(step, isRollback, at);
    const hasFailed = helperOutput !== undefined;
    if (!pauses) {
      this.#begin(this.#stepNamed(step), at, isRollback ? 'rollback' : hasFailed ? null : 'checkpoint');
      return;
    }
    this.#finish(at, true);
    this.#plan(null);
    if (!hasFailed) this.#checkpoint(step);
    this.#set({ pausedBefore: step });
    this.#put('paused', { step });
  }

  /** The original ignores that and prints the banner (contract 9, 1 and 2). The step before it has ended. */
  #helperFailed(step: string, isRollback: boolean, at: number | undefined): void {
    this.#finish(at, true);
    this.#set({ hasFailedBetween: true, ...(isRollback && { isOnWrongFiles: true }) });
    const text = isRollback
      ? `The rollback to the checkpoint before ${step} failed. The original ignores that: the build continues on other files, and has failed.`
      : `The checkpoint before ${step} could not be taken. The original ignores that: the build continues without it, and has failed.`;
    this.#put('output', { step: null, stream: 'engine', text }, at ?? UNKNOWN_TIME);
  }

  /** @param after the checkpoint or rollback before the step; `null` for neither */
  #begin(next: { step: string; index: number }, at: number | undefined, after: 'rollback' | 'checkpoint' | null): void {
    this.#finish(at, true);
    const { step, index } = next;
    this.#plan(after === 'rollback' ? next : null);
    if (after === 'rollback') this.#put('rolled-back', { step, snapshot: `.step_${step}`, seconds: 0 });
    else if (after === 'checkpoint') this.#checkpoint(step);
    this.#set({ current: { ...next, startedAt: at } });
    this.#put('step-started', { step, index, pid: 0, argv: [] });
  }

  #stepNamed(step: string): { step: string; index: number } {
    const from = this.#nextIndex;
    const known = this.#build.steps.flatMap(({ name }, index) => (name === step ? [index] : []));
    return { step, index: known.find((index) => index >= from) ?? known[0] ?? from };
  }

  /** A script that is not in the present manifest is shown under its own name. */
  #stepOfScript(parsed: string): { step: string; index: number } {
    const from = this.#nextIndex;
    const index = this.#build.steps.findIndex(({ script }, at) => script === parsed && at >= from);
    return index < 0 ? { step: parsed, index: from } : { step: this.#build.steps[index]?.name ?? parsed, index };
  }

  get #nextIndex(): number {
    return (this.#state.current ?? this.#state.steps.at(-1) ?? { index: -1 }).index + 1;
  }

  #checkpoint(step: string): void {
    this.#set({ checkpoints: [...this.#state.checkpoints, step] });
    this.#put('checkpoint-taken', { step, snapshot: `.step_${step}`, line: FIRST_LINE, parent: null, seconds: 0 });
  }

  /** Writes the first records, once. */
  #plan(resume: { step: string; index: number } | null): void {
    if (this.#state.isPlanned) return;
    this.#set({ isPlanned: true });
    const { steps, manifest } = this.#build;
    this.#put('plan', {
      manifest,
      distribution: '',
      area: '',
      backend: this.#state.begunBy === 'script' ? null : 'zfs',
      steps: steps.map(({ name, message }, index) => ({ index, name, message, kept: index < (resume?.index ?? 0) })),
      resume: resume?.step ?? null,
      pause: null,
      line: FIRST_LINE,
      parent: null,
    });
  }

  /** @param wasGood no line reports a failure */
  #finish(at: number | undefined, wasGood: boolean): void {
    const { current, failure, steps, isOnWrongFiles } = this.#state;
    if (!current) return;
    const { step, index, startedAt } = current;
    const isGood = wasGood && !isOnWrongFiles;
    const outcome = failure || !isGood ? 'failed' : 'done';
    const exit = failure ? failure.exit : isGood ? 0 : null;
    const signal = failure?.signal ?? null;
    // The duration of a step is known only when its start and end were observed.
    const took = at === undefined || startedAt === undefined ? {} : { seconds: Math.max(0, at - startedAt) };
    const finished: RunStep = {
      step,
      index,
      outcome,
      startedAt: startedAt ?? this.#build.startedAt,
      ...took,
      ...(exit !== null && { exit }),
      ...(signal !== null && { signal }),
    };
    this.#set({ steps: [...steps, finished], current: undefined, failure: undefined });
    this.#put('step-finished', { step, outcome, exit, signal, ...took });
  }

  #end(at: number | undefined, isSuccessful: boolean): void {
    const { hasFailedBetween, steps: before } = this.#state;
    // In a successful build the step itself printed the line that has the form of its failure.
    if (isSuccessful) this.#set({ failure: undefined });
    const isGood = isSuccessful && !hasFailedBetween;
    // The build failed but its last step reports no failure: a checkpoint or an earlier step failed, and the build continued (stop_on_error).
    this.#finish(at, isGood || hasFailedBetween || before.some(({ outcome }) => outcome === 'failed'));
    this.#set({ hasEnded: true });
    const { steps, checkpoints, pausedBefore, now } = this.#state;
    const outcome = !isGood ? 'failed' : pausedBefore === undefined ? 'done' : 'paused';
    this.#put('exit', { code: isGood ? 0 : 1, outcome, seconds: now - this.#build.startedAt, steps, checkpoints });
  }

  #set(change: Partial<LogState>): void {
    this.#state = { ...this.#state, ...change };
  }

  #put<K extends EngineRecordKind>(kind: K, body: EngineRecordBody<K>, at = this.#state.now): void {
    this.#write(JSON.stringify({ kind, at, ...body }));
  }
}
