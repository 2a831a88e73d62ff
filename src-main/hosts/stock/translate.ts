import type { EngineRecordBody, EngineRecordKind, RunStep } from '../../../src-shared/engine-protocol';
import type { BuildStep } from '../../../src-shared/checkpoints/model';

/** What is known of a build besides its log. */
export interface LoggedBuild {
  readonly run: string;
  readonly host: string;
  readonly manifest: string;
  /** Steps of the manifest as it is now: a log names those that it came to, and no others. */
  readonly steps: readonly BuildStep[];
  /** When it began, in seconds since the epoch. */
  readonly startedAt: number;
  /** The same by the host's own clock, as if it were UTC. */
  readonly localStart: number;
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const ROLLBACK = /^exec command: \S*finalizer_rollback\.py /;
const FAILED_CHILD = /^Child returned err (-?\d+)$/;

/**
 * Reads the detail log of the original (contract 3.4) and tells it as a journal. It has no times of steps and no word of who does what
 * in them: what a line does not say is not told.
 *
 * A banner counts only for a step behind the one that runs, so that a step that prints one changes nothing.
 */
export class LogTranslation {
  #current: { readonly index: number; readonly startedAt: number | undefined; exit: number | null } | undefined;
  /** The time that is known last, in seconds since the epoch. */
  #now: number;
  #isResume = false;
  #isPlanned = false;
  #pausedBefore: string | undefined;
  readonly #steps: RunStep[] = [];
  readonly #checkpoints: string[] = [];

  /**
   * @param write takes one line of the journal
   */
  constructor(
    private readonly build: LoggedBuild,
    private readonly write: (line: string) => void,
  ) {
    const { run, host, startedAt } = build;
    this.#now = startedAt;
    this.#put('hello', { protocol: 1, engine: 'stock', run, pid: 0, host, client: 'distro_const' });
  }

  /** Whether the log has its last line. */
  hasEnded = false;

  /** One line of the log, and when it was written, in seconds since the epoch; `undefined` when nobody saw it. */
  take(line: string, at: number | undefined): void {
    this.#now = at ?? this.#completed(line) ?? this.#now;
    if (ROLLBACK.test(line)) this.#isResume = true;
    const banner = this.#bannerOf(line);
    if (banner?.pauses) this.#pause(banner.index);
    else if (banner) this.#begin(banner.index, at);
    const child = FAILED_CHILD.exec(line);
    if (child && this.#current) this.#current.exit = Number(child[1]);
    const isOurs = banner !== undefined || child !== null || /^(exec command: |Build )/.test(line);
    const step = banner || !this.#current ? null : (this.build.steps[this.#current.index]?.name ?? null);
    this.#put('output', { step, stream: isOurs ? 'engine' : 'stdout', text: line });
    if (line === 'Build is successful.') this.#end(at, true);
    if (line === 'Build failed.') this.#end(at, false);
  }

  /** `==== NAME: MESSAGE ` and `Stopping at NAME: MESSAGE ` (contract 2.2). */
  #bannerOf(line: string): { readonly index: number; readonly pauses: boolean } | undefined {
    const pauses = line.startsWith('Stopping at ');
    if (!pauses && !line.startsWith('==== ')) return undefined;
    const said = line.slice(pauses ? 12 : 5);
    const from = (this.#current?.index ?? -1) + 1;
    const index = this.build.steps.findIndex(({ name, message }, at) => at >= from && said === `${name}: ${message} `);
    return index < 0 ? undefined : { index, pauses };
  }

  #begin(index: number, at: number | undefined): void {
    this.#finish(at, this.#current?.exit ?? 0);
    const { name: step = '' } = this.build.steps[index] ?? {};
    // A build that does not begin with the first step was resumed; at the first, the rollback is the only sign.
    this.#isResume = !this.#isPlanned && (this.#isResume || index > 0);
    if (!this.#isPlanned) this.#plan(this.#isResume ? index : undefined);
    if (this.#isResume) this.#put('rolled-back', { step, snapshot: `.step_${step}`, seconds: 0 });
    else this.#checkpoint(step);
    this.#isResume = false;
    this.#current = { index, startedAt: at, exit: null };
    this.#put('step-started', { step, index, pid: 0, argv: [] });
  }

  #pause(index: number): void {
    this.#finish(undefined, this.#current?.exit ?? 0);
    if (!this.#isPlanned) this.#plan(undefined);
    const { name: step = '' } = this.build.steps[index] ?? {};
    this.#checkpoint(step);
    this.#pausedBefore = step;
    this.#put('paused', { step });
  }

  #checkpoint(step: string): void {
    this.#checkpoints.push(step);
    this.#put('checkpoint-taken', { step, snapshot: `.step_${step}`, line: 'main', parent: null, seconds: 0 });
  }

  #plan(resume: number | undefined): void {
    this.#isPlanned = true;
    const { steps, manifest } = this.build;
    this.#put('plan', {
      manifest,
      distribution: '',
      area: '',
      backend: 'zfs',
      steps: steps.map(({ name, message }, index) => ({ index, name, message, kept: index < (resume ?? 0) })),
      resume: resume === undefined ? null : (steps[resume]?.name ?? null),
      pause: null,
      line: 'main',
      parent: null,
    });
  }

  #finish(at: number | undefined, exit: number | null): void {
    if (!this.#current) return;
    const { index, startedAt } = this.#current;
    const { name: step = '' } = this.build.steps[index] ?? {};
    const outcome = exit === 0 ? 'done' : 'failed';
    // Of a step that nobody saw begin and end, nobody knows how long it took.
    const seconds = at === undefined || startedAt === undefined ? undefined : at - startedAt;
    const took = seconds === undefined ? {} : { seconds };
    this.#steps.push({
      step,
      index,
      outcome,
      startedAt: startedAt ?? this.build.startedAt,
      ...took,
      ...(exit !== null && { exit }),
    });
    this.#put('step-finished', { step, outcome, exit, signal: null, ...took } as EngineRecordBody<'step-finished'>);
    this.#current = undefined;
  }

  #end(at: number | undefined, isGood: boolean): void {
    this.#finish(at, this.#current?.exit ?? (isGood ? 0 : null));
    this.hasEnded = true;
    const outcome = !isGood ? 'failed' : this.#pausedBefore === undefined ? 'done' : 'paused';
    const seconds = this.#now - this.build.startedAt;
    const [steps, checkpoints] = [this.#steps, this.#checkpoints];
    this.#put('exit', { code: isGood ? 0 : 1, outcome, seconds, steps, checkpoints });
  }

  /** `Build completed Mon Nov 23 21:21:23 2026`: by the same clock as the name of the log. */
  #completed(line: string): number | undefined {
    const told = /^Build completed \w{3} (\w{3}) +(\d+) (\d\d):(\d\d):(\d\d) (\d{4})$/.exec(line);
    if (!told) return undefined;
    const [month = '', ...numbers] = told.slice(1);
    const [day, hour, minute, second, year = 0] = numbers.map(Number);
    const at = Date.UTC(year, MONTHS.indexOf(month) / 3, day, hour, minute, second) / 1000;
    return this.build.startedAt + at - this.build.localStart;
  }

  #put<K extends EngineRecordKind>(kind: K, body: EngineRecordBody<K>): void {
    this.write(JSON.stringify({ kind, at: this.#now, ...body }));
  }
}
