import { resolve } from 'node:path';
import type { ManifestReadRecord, StepExecution, StepInput } from '../../src-shared/checkpoints/execution';
import type { DeclaredStep } from '../../src-shared/manifest/model';
import type { BuildArea } from '../area/area';
import { DocumentFolder } from '../area/input-states';
import { bytePath } from '../snapshots/bytes';
import { pathStat, type PathStat } from '../system/path-hash';
import { realPath } from '../system/real-path';
import { isRewritten } from '../system/write-trace';
import { KnownInputs } from '../area/known-inputs';
import type { ManifestFile } from '../area/manifest-file';
import { scriptNames } from '../area/named-inputs';
import { lockPathOf } from '../area/package-lock-path';
import { scriptFile, scriptHash } from '../area/step-script';
import { givenBy, stepVariables, type GivenVariables } from '../area/step-variables';
import { StepInputs } from './step-inputs';

/** The result of an execution. */
export interface ExecutionEnd {
  readonly reads: readonly ManifestReadRecord[];
  readonly outcome: 'done' | 'failed';
  readonly run: string;
  readonly seconds: number;
  /** Absolute paths that the step opened for reading, where they were recorded, with one character per byte. */
  readonly observed: readonly string[];
}

/** Records what the results of a build's steps depend on. */
export class InputRecorder {
  readonly #area: BuildArea;
  readonly #file: ManifestFile;
  readonly #observes: boolean;

  readonly given: GivenVariables;
  /** The path of the manifest's lock, which may not exist. */
  readonly lock: string;
  readonly #folder: DocumentFolder;
  readonly #known: KnownInputs;
  readonly #stop = new AbortController();
  readonly #report: (line: string) => void;

  /** @param report prints a line on the console, in the logs and in the journal */
  constructor(
    area: BuildArea,
    file: ManifestFile,
    given: GivenVariables | undefined,
    observes: boolean,
    report: (line: string) => void,
  ) {
    this.#area = area;
    this.#file = file;
    this.#observes = observes;
    this.#report = report;
    this.given = givenBy(file.manifest, given);
    this.lock = lockPathOf(file.path);
    this.#folder = new DocumentFolder(file.path);
    this.#known = new KnownInputs(area);
  }

  /** Ends the reading of inputs, because the build ends. */
  stop(): void {
    this.#stop.abort();
  }

  /** Records the inputs of a step before it starts. Resolves when it may start. */
  async begin(step: DeclaredStep, script: string, inputsFile: string): Promise<RecordedExecution> {
    const path = stepVariables(process.env, this.given, [])['PATH'];
    const file = scriptFile(script, path);
    const stat = await pathStat(resolve(file));
    const hash = scriptHash(file);
    const steps = this.#file.manifest.steps.flatMap((one) => (one.script === undefined ? [] : [resolve(one.script)]));
    const place = { cwd: process.cwd(), area: this.#area.mountpoint, manifest: resolve(this.#file.path), path, steps };
    const names = scriptNames(file, place, step.args);
    const declared = this.#known.of(step.name).filter(({ kind, by }) => kind === 'env' && by === 'declared');
    const inputs = await StepInputs.begin({
      step: step.name,
      names,
      folder: this.#folder,
      area: this.#area.mountpoint,
      inputsFile,
      known: this.#known,
      variables: { ...process.env, ...this.given.values },
      given: [...this.given.names, ...Object.keys(this.given.values)],
      observes: this.#observes,
      stop: this.#stop.signal,
      report: this.#report,
    });
    const variables = [...names.variables, ...declared.map(({ value }) => value)];
    return new RecordedExecution(step, this.#area, { script, file, hash, stat, variables }, inputs);
  }
}

/** One execution of a step, from its start to its end. */
export class RecordedExecution {
  readonly #step: DeclaredStep;
  readonly #area: BuildArea;
  readonly #script: {
    readonly script: string;
    readonly file: string;
    readonly hash: string;
    readonly stat: PathStat;
    readonly variables: readonly string[];
  };
  readonly #inputs: StepInputs;

  readonly #startedAt = Date.now();

  constructor(
    step: DeclaredStep,
    area: BuildArea,
    script: {
      readonly script: string;
      readonly file: string;
      readonly hash: string;
      readonly stat: PathStat;
      readonly variables: readonly string[];
    },
    inputs: StepInputs,
  ) {
    this.#step = step;
    this.#area = area;
    this.#script = script;
    this.#inputs = inputs;
  }

  /** Environment variables that the script names, or that its previous execution declared. */
  get variables(): readonly string[] {
    return this.#script.variables;
  }

  /** Stops following the step, also when its record is not needed. */
  close(): void {
    this.#inputs.close();
  }

  /** The record of the execution. */
  async end({ observed, ...facts }: ExecutionEnd): Promise<StepExecution> {
    const { script, file, hash, stat } = this.#script;
    const self = bytePath(realPath(resolve(file))); // the script itself is compared separately
    const inputs = await this.#inputs.end(
      observed.filter((path) => path !== self),
      this.#startedAt,
    );
    // A shell reads its script while running it.
    const isEdited = scriptHash(file) !== hash || isRewritten(stat.trace, (await pathStat(resolve(file))).trace);
    const edited: StepInput[] = isEdited ? [{ kind: 'path', value: script, hash, by: 'named', raced: true }] : [];
    return executionOf(this.#step, this.#area, { ...facts, scriptHash: hash, inputs: [...inputs, ...edited] });
  }
}

/** The record of an execution that has just ended. */
export function executionOf(
  step: DeclaredStep,
  area: BuildArea,
  facts: Pick<StepExecution, 'reads' | 'inputs' | 'scriptHash' | 'outcome' | 'run' | 'seconds'>,
): StepExecution {
  return {
    step: step.name,
    script: step.script ?? '(built in)',
    args: step.args,
    area: area.mountpoint,
    finishedAt: Date.now() / 1000,
    ...facts,
  };
}
