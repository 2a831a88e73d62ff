import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { ManifestReadRecord, StepExecution } from '../../src-shared/checkpoints/execution';
import { AppError } from '../../src-shared/errors';
import type { BuildStepDeclaration } from '../../src-shared/manifest/model';
import { isExecutable } from '../system/executables';
import type { BuildArea } from '../area/area';
import { FinalizerRunner, type StepResult } from './finalizer-runner';
import type { Journal } from './journal';
import type { BuildLogs } from './logs';
import type { ManifestFile } from '../area/manifest-file';
import { ManifestServer } from './manifest-server';
import { AREA_VARIABLE } from './orphans';
import { OutputPipes } from './output-pipes';
import { declaredInputs, executionOf, fileHash, valuesHash } from '../area/freshness';

/** Where layout A's built-in first step lives on a host that has the original's scripts (contract 7). */
const BUILT_IN_IM_POP = '/usr/share/distro_const/im_pop.py';

/** What a step did, and what it looked at while doing it. */
export interface StepOutcome {
  readonly result: StepResult;
  readonly execution: StepExecution;
}

/** Runs the steps of one build: the manifest server they read from, their environment, and the record of what they read. */
export class StepHost {
  readonly #reads = new Map<string, ManifestReadRecord>();
  #server: ManifestServer | undefined;
  #runner: FinalizerRunner | undefined;
  #step: string | undefined;
  #isCancelled = false;

  private constructor(
    private readonly area: BuildArea,
    private readonly logs: BuildLogs,
    private readonly journal: Journal,
  ) {}

  static async start(
    input: { area: BuildArea; file: ManifestFile; logs: BuildLogs; debug: boolean },
    journal: Journal,
  ): Promise<StepHost> {
    const host = new StepHost(input.area, input.logs, journal);
    host.#server = await ManifestServer.start(
      input.file.defaulted.root,
      ({ request, isKey, values }) => host.#onRead({ request, isKey, hash: valuesHash(values) }),
      (line) => input.debug && process.stdout.write(`${line}\n`),
    );
    host.#runner = new FinalizerRunner(new OutputPipes(dirname(host.#server.socketPath)));
    return host;
  }

  /** The name of the step that runs now. */
  get running(): string | undefined {
    return this.#step;
  }

  cancel(now: boolean): void {
    this.#isCancelled = true;
    this.#runner?.cancel(now);
  }

  close(): void {
    this.#server?.close();
  }

  #onRead(read: ManifestReadRecord): void {
    if (this.#step === undefined) return;
    const key = `${read.isKey} ${read.request}`;
    if (this.#reads.has(key)) return; // the manifest does not change while it is served
    this.#reads.set(key, read);
    this.journal.write('manifest-read', { step: this.#step, ...read });
  }

  async run(step: BuildStepDeclaration): Promise<StepOutcome> {
    const server = this.#server;
    const runner = this.#runner;
    if (!server || !runner) throw new Error('the step host is not started');
    const { area, journal, logs } = this;
    const script = step.script ?? BUILT_IN_IM_POP;
    if (step.argsError) return this.#refused(step, script, [step.argsError]);
    if (step.script === undefined && !isExecutable(script)) throw noBuiltIn(step.name);
    const argv = [
      script,
      server.socketPath,
      area.pkgImage,
      area.tmp,
      area.bootArchive,
      area.media,
      ...step.args,
    ] as const;
    const inputsFile = join(dirname(server.socketPath), 'inputs');
    const scriptHash = fileHash(script) ?? 'unreadable';
    const started = Date.now();
    this.#step = step.name;
    this.#reads.clear();
    rmSync(inputsFile, { force: true });
    this.#logCommand(argv.join(' '));
    const result = await runner.run({
      argv: [...argv],
      env: this.#environment(dirname(server.socketPath), inputsFile),
      onStart: (pid) => journal.write('step-started', { step: step.name, index: step.index, pid, argv }),
      onLine: (stream, line) => {
        journal.write('output', { step: step.name, stream, text: line.toString('utf8') });
        if (stream === 'stderr') logs.info(line);
        else logs.detail(line);
      },
    });
    this.#step = undefined;
    const seconds = (Date.now() - started) / 1000;
    const failed = result.outcome === 'failed';
    const execution = executionOf(step, {
      scriptHash,
      reads: [...this.#reads.values()],
      inputs: declaredInputs(existsSync(inputsFile) ? readFileSync(inputsFile, 'utf8') : ''),
      outcome: result.outcome,
      run: journal.run,
      seconds,
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

  /** The detail log's line before each entry; a long one is followed by an empty line (contract section 4). */
  #logCommand(text: string): void {
    const line = `exec command: ${text}`;
    this.logs.detail(line);
    if (text.length > 200) this.logs.detail('');
  }

  #refused(step: BuildStepDeclaration, script: string, lines: readonly string[]): StepOutcome {
    const result: StepResult = { outcome: 'failed', exit: null, signal: null, lines };
    const facts = { scriptHash: fileHash(script) ?? 'unreadable', reads: [], inputs: [], seconds: 0 };
    this.journal.write('step-finished', { step: step.name, outcome: 'failed', exit: null, signal: null, seconds: 0 });
    return { result, execution: executionOf(step, { ...facts, outcome: 'failed', run: this.journal.run }) };
  }

  /**
   * The environment is inherited unchanged (contract section 4), plus the file for declared inputs and the mark by which leftovers are found; and where no `ManifestRead` is on
   * PATH, ours is put at its end, so that scripts find the command they were written for.
   */
  #environment(folder: string, inputsFile: string): NodeJS.ProcessEnv {
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      SLIPWAY_INPUTS: inputsFile,
      [AREA_VARIABLE]: this.area.mountpoint,
    };
    const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => entry !== '');
    if (path.some((entry) => isExecutable(join(entry, 'ManifestRead')))) return env;
    const link = join(folder, 'ManifestRead');
    if (!existsSync(link)) symlinkSync(manifestReadBeside(process.argv[1] ?? ''), link);
    return { ...env, PATH: [...path, folder].join(delimiter) };
  }
}

/** Our own ManifestRead: its bundle beside the engine's, else the engine's own file, which answers to that name as well. */
function manifestReadBeside(engine: string): string {
  const candidates = ['ManifestRead', 'ManifestRead.cjs'].map((name) => join(dirname(engine), name));
  return candidates.find((candidate) => existsSync(candidate)) ?? engine;
}

function noBuiltIn(name: string): AppError {
  return new AppError(
    'step',
    `The step ${name} is built into the distro_const of 2008 and 2009 and is not in the manifest; this host has no ${BUILT_IN_IM_POP}.`,
    'Move the manifest to the later layout, where im-pop is a script of its own, or build it on a host with that script.',
  );
}
