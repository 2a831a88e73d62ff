import { dirname, join } from 'node:path';
import type { ManifestReadRecord, StepExecution } from '../../src-shared/checkpoints/execution';
import type { DeclaredStep } from '../../src-shared/manifest/model';
import type { BuildArea } from '../area/area';
import type { AreaFolders } from '../area/area-folders';
import { BUILT_IN_IM_POP, scriptFile, scriptHash } from '../area/step-script';
import type { ProcessEntry } from '../system/process-list';
import type { FinalizerRunner } from './finalizer-runner';
import { executionOf, type InputRecorder, type RecordedExecution } from './input-recorder';
import type { Journal } from './journal';
import type { LockCheck } from './lock-check';
import type { BuildLogs } from './logs';
import type { Observer } from './observer';
import { outputText } from './output-text';
import { processNames } from './process-names';
import { secondsSince } from './seconds';
import { stepEnvironment } from './step-environment';
import type { StepResult } from './step-result';

/** The result of a step, and the inputs that it read. */
export interface StepOutcome {
  readonly result: StepResult;
  readonly execution: StepExecution;
}

/** The parts of a build that its steps share. */
export interface StepParts {
  readonly area: BuildArea;
  readonly folders: AreaFolders;
  readonly journal: Journal;
  readonly logs: BuildLogs;
  readonly observer: Observer | undefined;
  readonly recorder: InputRecorder;
  readonly runner: FinalizerRunner;
  readonly lockCheck: LockCheck | undefined;
  /** The area's identity, which marks the processes of its steps. */
  readonly mark: string;
  /** Reports a message of the engine: on the console, in the logs and in the journal. */
  readonly report: (line: string) => void;
  readonly isCancelled: () => boolean;
  /** Called when all processes of a step have ended, before the step's end is recorded. */
  readonly onProcessesEnded: () => void;
}

/** One run of one step: its script, its records in the journal and the record of its inputs. */
export class StepRun {
  readonly #parts: StepParts;

  readonly step: DeclaredStep;
  readonly #script: string;
  readonly #socket: string;
  /** The private folder, which has the socket. */
  readonly #folder: string;
  readonly #reads = new Map<string, ManifestReadRecord>();
  /** The processes of the step have not ended. */
  isRunning = true;

  /** @param socket the manifest server's */
  constructor(parts: StepParts, step: DeclaredStep, socket: string) {
    this.#parts = parts;
    this.step = step;
    this.#script = step.script ?? BUILT_IN_IM_POP;
    this.#socket = socket;
    this.#folder = dirname(socket);
  }

  /** Records a value of the manifest that the step has read. */
  onRead(read: ManifestReadRecord): void {
    if (!this.isRunning) return;
    const key = `${read.isKey} ${read.request}`;
    if (this.#reads.has(key)) return; // the manifest does not change while it is served
    this.#reads.set(key, read);
    this.#parts.journal.write('manifest-read', { step: this.step.name, ...read });
  }

  async run(): Promise<StepOutcome> {
    const { recorder, isCancelled } = this.#parts;
    if (this.step.argsError) return this.#refused([this.step.argsError]);
    const inputsFile = join(this.#folder, 'inputs');
    const recorded = await recorder.begin(this.step, this.#script, inputsFile);
    try {
      if (isCancelled()) return this.#notStarted();
      return await this.#runRecorded(recorded, inputsFile);
    } finally {
      recorded.close();
    }
  }

  /** @param inputsFile the file in which the step names inputs */
  async #runRecorded(recorded: RecordedExecution, inputsFile: string): Promise<StepOutcome> {
    const { area, journal, observer, folders, lockCheck, isCancelled, onProcessesEnded } = this.#parts;
    const { name } = this.step;
    const opened = join(this.#folder, 'opened');
    const started = Date.now();
    const before = await lockCheck?.begin();
    const ran = await this.#runScript(recorded, inputsFile, opened);
    this.isRunning = false;
    onProcessesEnded();
    folders.assertPresent(); // records would be written into new folders
    const seconds = secondsSince(started);
    const recordedEnd = await recorded.end({
      reads: [...this.#reads.values()],
      outcome: ran.outcome,
      run: journal.run,
      seconds,
      observed: (await observer?.inputs(opened, area.mountpoint, this.#folder)) ?? [],
    });
    const broken =
      before && ran.outcome === 'done' ? ((await lockCheck?.problems(this.step, recordedEnd, before)) ?? []) : [];
    const result: StepResult =
      broken.length === 0 ? ran : { outcome: 'failed', exit: null, signal: null, lines: broken };
    const failed = result.outcome === 'failed';
    const execution: StepExecution = { ...recordedEnd, outcome: result.outcome };
    journal.write('step-finished', {
      step: name,
      outcome: failed && isCancelled() ? 'cancelled' : result.outcome,
      exit: failed ? result.exit : 0,
      signal: failed ? result.signal : null,
      seconds,
      execution,
    });
    return { result, execution };
  }

  /** @param opened the file in which the observer records the files that the step opens */
  #runScript(recorded: RecordedExecution, inputsFile: string, opened: string): Promise<StepResult> {
    const { area, journal, logs, observer, recorder, runner, mark, report } = this.#parts;
    const { name, index, args } = this.step;
    const { pkgImage, tmp, bootArchive, media } = area;
    const argv = [this.#script, this.#socket, pkgImage, tmp, bootArchive, media, ...args] as const;
    this.#logCommand(argv.join(' '));
    return runner.run({
      argv: [...argv],
      wrap: observer && ((command) => observer.wrap(opened, command)),
      env: stepEnvironment({
        given: recorder.given,
        named: recorded.variables,
        area: mark,
        folder: this.#folder,
        inputsFile,
        lock: recorder.lock,
      }),
      onStart: (pid) => journal.write('step-started', { step: name, index, pid, argv }),
      output: (stream) => ({
        onLine: (line, isContinued, rest) => {
          const text = outputText(rest);
          journal.write('output', { step: name, stream, text, ...(isContinued && { continued: true }) });
          if (stream === 'stderr') logs.info(line, isContinued);
          else logs.detail(line, isContinued);
        },
        // The logs have whole lines, because both streams are in one file.
        onOpenLine: (more) => journal.write('output', { step: name, stream, text: outputText(more), continued: true }),
      }),
      onLeftovers: (processes) => report(leftoverLine(processes, name)),
    });
  }

  /** The detail log's line before each entry; a long one is followed by an empty line (contract section 4). */
  #logCommand(text: string): void {
    const { logs } = this.#parts;
    logs.detail(`exec command: ${text}`);
    if (text.length > 200) logs.detail('');
  }

  /** The outcome of a step that would certainly fail and is not started. */
  #refused(lines: readonly string[]): StepOutcome {
    const end = { outcome: 'failed', exit: null, signal: null, seconds: 0 } as const;
    this.#parts.journal.write('step-finished', { step: this.step.name, ...end });
    return this.#notStarted(lines);
  }

  #notStarted(lines: readonly string[] = []): StepOutcome {
    this.isRunning = false;
    const { area, journal } = this.#parts;
    const facts = { scriptHash: scriptHash(scriptFile(this.#script)), reads: [], inputs: [], seconds: 0 };
    const execution = executionOf(this.step, area, { ...facts, outcome: 'failed', run: journal.run });
    return { result: { outcome: 'failed', exit: null, signal: null, lines }, execution };
  }
}

/** `gpg-agent, started by im-pop, was still running and was stopped` */
function leftoverLine(processes: readonly ProcessEntry[], step: string): string {
  const were = processes.length === 1 ? 'was' : 'were';
  return `${processNames(processes)}, started by ${step}, ${were} still running and ${were} stopped`;
}
