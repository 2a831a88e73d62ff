import { dirname, join } from 'node:path';
import type { ManifestReadRecord, StepExecution } from '../../src-shared/checkpoints/execution';
import type { DeclaredStep } from '../../src-shared/manifest/model';
import type { ProcessEntry } from '../system/process-list';
import { writeOutput } from '../system/standard-streams';
import type { BuildArea } from '../area/area';
import type { AreaFolders } from '../area/area-folders';
import { areaIdentity } from '../area/identity';
import { FinalizerRunner, type StepResult } from './finalizer-runner';
import type { Journal } from './journal';
import type { BuildLogs } from './logs';
import type { ManifestFile } from '../area/manifest-file';
import { ManifestServer } from './manifest-server';
import { outputText } from './output-text';
import { processNames } from './process-names';
import { createSpawner } from './containment';
import type { Containment, StepSpawner } from './step-process';
import { valuesHash } from '../area/current-state';
import { BUILT_IN_IM_POP, scriptFile, scriptHash } from '../area/step-script';
import type { GivenVariables } from '../area/step-variables';
import type { Observer } from './observer';
import { executionOf, InputRecorder, type RecordedExecution } from './input-recorder';
import { stepEnvironment } from './step-environment';

/** The result of a step, and the inputs that it read. */
export interface StepOutcome {
  readonly result: StepResult;
  readonly execution: StepExecution;
}

/** The record of a step's inputs, the private folder, and the files in it that name inputs. */
interface StepFiles {
  readonly recorded: RecordedExecution;
  readonly folder: string;
  readonly inputsFile: string;
  readonly opened: string;
}

/** Runs the steps of one build: provides their manifest server and environment, and records what they read. */
export class StepHost {
  readonly #startServer: () => Promise<ManifestServer>;
  readonly #area: BuildArea;
  readonly #logs: BuildLogs;
  readonly #journal: Journal;
  readonly #recorder: InputRecorder;
  /** Reports a message of the engine: on the console, in the logs and in the journal. */
  readonly #report: (line: string) => void;
  /** The area's identity, which marks the processes of its steps. */
  readonly #mark: string;
  /** The method in force, as recorded in the journal. */
  #containment: Containment;
  readonly #observer: Observer | undefined;
  readonly #folders: AreaFolders;

  readonly #reads = new Map<string, ManifestReadRecord>();
  #server: ManifestServer | undefined;
  #spawner: StepSpawner | undefined;
  #runner: FinalizerRunner | undefined;
  #step: string | undefined;
  #isCancelled = false;

  private constructor(
    startServer: () => Promise<ManifestServer>,
    area: BuildArea,
    logs: BuildLogs,
    journal: Journal,
    recorder: InputRecorder,
    report: (line: string) => void,
    mark: string,
    containment: Containment,
    observer: Observer | undefined,
    folders: AreaFolders,
  ) {
    this.#startServer = startServer;
    this.#area = area;
    this.#logs = logs;
    this.#journal = journal;
    this.#recorder = recorder;
    this.#report = report;
    this.#mark = mark;
    this.#containment = containment;
    this.#observer = observer;
    this.#folders = folders;
  }

  static async start(
    input: {
      area: BuildArea;
      folders: AreaFolders;
      file: ManifestFile;
      logs: BuildLogs;
      debug: boolean;
      spawner?: StepSpawner | undefined;
      given?: GivenVariables | undefined;
      observer?: Observer | undefined;
    },
    journal: Journal,
    report: (line: string) => void,
    containment: Containment,
  ): Promise<StepHost> {
    const recorder = new InputRecorder(input.area, input.file, input.given, input.observer !== undefined, report);
    const startServer = (): Promise<ManifestServer> =>
      ManifestServer.start(
        input.file.defaulted.root,
        ({ request, isKey, values }) => host.#onRead({ request, isKey, hash: valuesHash(values) }),
        (line) => input.debug && writeOutput(`${line}\n`),
      );
    const mark = areaIdentity(input.area);
    const host = new StepHost(
      startServer,
      input.area,
      input.logs,
      journal,
      recorder,
      report,
      mark,
      containment,
      input.observer,
      input.folders,
    );
    const server = await host.#reachableServer();
    try {
      host.#spawner = input.spawner ?? createSpawner(containment, dirname(server.socketPath), mark);
    } catch (error) {
      server.close(); // its socket would keep the engine running
      throw error;
    }
    host.#runner = new FinalizerRunner(host.#spawner);
    return host;
  }

  /** The name of the running step. */
  get running(): string | undefined {
    return this.#step;
  }

  cancel(now: boolean): void {
    this.#isCancelled = true;
    this.#recorder.stop();
    this.#runner?.cancel(now);
  }

  /** Ends the running step because the build cannot go on. */
  abort(): void {
    this.#recorder.stop();
    this.#runner?.cancel();
  }

  close(): void {
    this.#spawner?.close();
    this.#server?.close();
  }

  #onRead(read: ManifestReadRecord): void {
    if (this.#step === undefined) return;
    const key = `${read.isKey} ${read.request}`;
    if (this.#reads.has(key)) return; // the manifest does not change while it is served
    this.#reads.set(key, read);
    this.#journal.write('manifest-read', { step: this.#step, ...read });
  }

  async run(step: DeclaredStep): Promise<StepOutcome> {
    const server = await this.#reachableServer();
    const runner = this.#runner;
    if (!runner) throw new Error('the step host is not started');
    const area = this.#area;
    const script = step.script ?? BUILT_IN_IM_POP;
    if (step.argsError) return this.#refused(step, script, [step.argsError]);
    const argv = [
      script,
      server.socketPath,
      area.pkgImage,
      area.tmp,
      area.bootArchive,
      area.media,
      ...step.args,
    ] as const;
    const folder = dirname(server.socketPath);
    const inputsFile = join(folder, 'inputs');
    const opened = join(folder, 'opened');
    this.#step = step.name;
    this.#reads.clear();
    const recorded = await this.#recorder.begin(step, script, inputsFile);
    try {
      if (this.#isCancelled) return this.#notStarted(step, script);
      return await this.#runRecorded(runner, step, argv, { recorded, folder, inputsFile, opened });
    } finally {
      recorded.close();
    }
  }

  async #runRecorded(
    runner: FinalizerRunner,
    step: DeclaredStep,
    argv: readonly [string, ...string[]],
    { recorded, folder, inputsFile, opened }: StepFiles,
  ): Promise<StepOutcome> {
    const [area, journal, logs, observer] = [this.#area, this.#journal, this.#logs, this.#observer];
    const started = Date.now();
    this.#logCommand(argv.join(' '));
    const result = await runner.run({
      argv: [...argv],
      wrap: observer && ((command) => observer.wrap(opened, command)),
      env: stepEnvironment({
        given: this.#recorder.given,
        named: recorded.variables,
        area: this.#mark,
        folder,
        inputsFile,
      }),
      onStart: (pid) => journal.write('step-started', { step: step.name, index: step.index, pid, argv }),
      onLine: (stream, line, isContinued) => {
        const text = outputText(line);
        journal.write('output', { step: step.name, stream, text, ...(isContinued && { continued: true }) });
        if (stream === 'stderr') logs.info(line, isContinued);
        else logs.detail(line, isContinued);
      },
      onLeftovers: (processes) => this.#report(leftoverLine(processes, step.name)),
    });
    this.#step = undefined;
    this.#reportContainment();
    this.#folders.assertPresent(); // records would be written into new folders
    const seconds = (Date.now() - started) / 1000;
    const failed = result.outcome === 'failed';
    const execution = await recorded.end({
      reads: [...this.#reads.values()],
      outcome: result.outcome,
      run: journal.run,
      seconds,
      observed: (await observer?.inputs(opened, area.mountpoint, folder)) ?? [],
    });
    journal.write('step-finished', {
      step: step.name,
      outcome: failed && this.#isCancelled ? 'cancelled' : result.outcome,
      exit: failed ? result.exit : 0,
      signal: failed ? result.signal : null,
      seconds,
      execution,
    });
    return { result, execution };
  }

  /** The manifest server. It is started again in a new folder when another program has removed its folder. */
  async #reachableServer(): Promise<ManifestServer> {
    if (this.#server?.isReachable) return this.#server;
    this.#server?.close();
    return (this.#server = await this.#startServer());
  }

  /** Records the method again when the system has refused the recorded one. */
  #reportContainment(): void {
    const containment = this.#spawner?.containment ?? this.#containment;
    if (containment === this.#containment) return;
    this.#containment = containment;
    this.#report(`This system refuses namespaces for steps. They are contained by a ${containment} instead.`);
  }

  /** The detail log's line before each entry; a long one is followed by an empty line (contract section 4). */
  #logCommand(text: string): void {
    const line = `exec command: ${text}`;
    this.#logs.detail(line);
    if (text.length > 200) this.#logs.detail('');
  }

  /** The outcome of a step that would certainly fail and is not started. */
  #refused(step: DeclaredStep, script: string, lines: readonly string[]): StepOutcome {
    this.#journal.write('step-finished', { step: step.name, outcome: 'failed', exit: null, signal: null, seconds: 0 });
    return this.#notStarted(step, script, lines);
  }

  #notStarted(step: DeclaredStep, script: string, lines: readonly string[] = []): StepOutcome {
    this.#step = undefined;
    const facts = { scriptHash: scriptHash(scriptFile(script)), reads: [], inputs: [], seconds: 0 };
    const execution = executionOf(step, this.#area, { ...facts, outcome: 'failed', run: this.#journal.run });
    return { result: { outcome: 'failed', exit: null, signal: null, lines }, execution };
  }
}

/** `gpg-agent, started by im-pop, was still running and was stopped` */
function leftoverLine(processes: readonly ProcessEntry[], step: string): string {
  const were = processes.length === 1 ? 'was' : 'were';
  return `${processNames(processes)}, started by ${step}, ${were} still running and ${were} stopped`;
}
