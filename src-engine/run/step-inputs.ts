import { existsSync, readFileSync, statSync, watch, writeFileSync, type FSWatcher } from 'node:fs';
import type { StepInput } from '../../src-shared/checkpoints/execution';
import { NO_CONTENT } from '../../src-shared/checkpoints/fingerprint';
import { bytes } from '../../src-shared/format';
import { variableHash, type DocumentFolder } from '../area/input-states';
import { bytePath, systemPath } from '../snapshots/bytes';
import type { KnownInputs } from '../area/known-inputs';
import { MAX_FOLDER_ENTRIES } from '../area/input-paths';
import type { ScriptNames } from '../area/named-inputs';
import { isInput } from '../area/step-variables';
import { declarationIn, type Declaration } from './declared-inputs';
import { InputTracker } from './input-tracker';

/** The poll interval of the file of declared inputs where the system does not report its changes. */
const POLL_MS = 100;
/** The time after which the reading of inputs is reported. */
const SLOW_MS = 2000;

/** The context for determining a step's inputs. */
export interface StepInputsOptions {
  readonly step: string;
  readonly names: ScriptNames;
  readonly folder: DocumentFolder;
  /** The build area's path. Nothing below it is an input. */
  readonly area: string;
  /** The file that `SLIPWAY_INPUTS` names. It is emptied. */
  readonly inputsFile: string;
  readonly known: KnownInputs;
  /** The caller's environment with the variables of `--env`. */
  readonly variables: NodeJS.ProcessEnv;
  /** Names that `--env` or the manifest gives to every step. */
  readonly given: readonly string[];
  /** Whether the files that the step opens are recorded. If not, those of the last recorded execution count. */
  readonly observes: boolean;
  /** Ends the reading of inputs, because the build ends. */
  readonly stop: AbortSignal;
  /** Prints a line on the console, in the logs and in the journal. */
  readonly report: (line: string) => void;
}

type KnownBy = NonNullable<StepInput['by']>;

interface Used {
  readonly by: KnownBy;
  readonly kind: 'path' | 'url';
  readonly value: string;
}

/**
 * The inputs of one execution of a step. Inputs that the script names, and those of the previous execution, are
 * recorded before the step starts; a declared one when its line appears; each again when the step has ended.
 */
export class StepInputs {
  readonly #options: StepInputsOptions;

  readonly #trackers = new Map<string, InputTracker>();
  readonly #used = new Map<string, Used>();
  readonly #variables = new Map<string, KnownBy>();
  readonly #unknown: StepInput[] = [];
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #read = 0;
  #lines = 0;

  private constructor(options: StepInputsOptions) {
    this.#options = options;
  }

  /** Resolves when the step may start. */
  static async begin(options: StepInputsOptions): Promise<StepInputs> {
    const inputs = new StepInputs(options);
    for (const name of options.given) inputs.#variables.set(name, 'given');
    for (const name of options.names.variables)
      // A lower-case variable that is not set is one of the script's own.
      if (isInput(name) && (/^[A-Z]/.test(name) || options.variables[name] !== undefined))
        inputs.#variables.set(name, 'named');
    for (const { kind, value, by, unknown } of options.known.of(options.step)) {
      if (kind === 'env' || unknown !== undefined) continue;
      inputs.#track(kind, value);
      if (by === 'observed' && !options.observes) inputs.#use(kind, value, by);
    }
    for (const path of options.names.paths) inputs.#use('path', options.folder.recorded(bytePath(path)), 'named');
    await Promise.all(Array.from(inputs.#trackers.values(), (tracker) => tracker.begun()));
    writeFileSync(options.inputsFile, '');
    inputs.#follow();
    return inputs;
  }

  /** Stops following the step's declarations. The watcher would keep the engine running. */
  close(): void {
    this.#watcher?.close();
    clearInterval(this.#timer);
  }

  /**
   * The inputs after the step has ended.
   *
   * @param observed absolute paths that the step opened for reading, where they were recorded, with one character per byte
   * @param startedAt when it started, in milliseconds since the epoch
   */
  async end(observed: readonly string[], startedAt: number): Promise<StepInput[]> {
    this.close();
    this.#take(true);
    const late = new Set<string>();
    for (const path of observed) {
      const value = this.#options.folder.recorded(path);
      if (!this.#trackers.has(`path ${value}`) && changedSince(path, startedAt)) late.add(value);
      this.#use('path', value, 'observed');
    }
    const unread = new Set(this.#used.values());
    const slow = setTimeout(() => this.#options.report(this.#slowLine([...unread])), SLOW_MS);
    const ended = Array.from(this.#used.values(), async (used) => {
      const input = await this.#track(used.kind, used.value).end(used);
      unread.delete(used);
      return late.has(used.value) ? { ...input, raced: true as const } : input;
    });
    const variables = Array.from(this.#variables, ([value, by]): StepInput => {
      return { kind: 'env', value, hash: variableHash(this.#options.variables[value]), by };
    });
    const recorded = await Promise.all(ended).finally(() => clearTimeout(slow));
    const inputs = [...recorded, ...variables, ...this.#unknown, ...this.#largeFolders()];
    this.#options.known.set(this.#options.step, inputs);
    return inputs;
  }

  /** `Reading the input big.bin (30 GB) and 2 more` */
  #slowLine([first, ...more]: readonly Used[]): string {
    if (first === undefined) return 'Recording the inputs';
    const size = first.kind === 'path' ? sizeOf(this.#options.folder.resolved(first.value)) : undefined;
    return `Reading the input ${first.value}${size === undefined ? '' : ` (${bytes(size)})`}${more.length > 0 ? ` and ${more.length} more` : ''}`;
  }

  /** Large folders that the script names, unless what the step opens in them is recorded or they are declared. */
  #largeFolders(): StepInput[] {
    const { folder, names, observes } = this.#options;
    if (observes || [...this.#used.values()].some(({ by }) => by === 'observed')) return [];
    return names.large
      .map((path) => folder.recorded(bytePath(path)))
      .filter((value) => !this.#used.has(`path ${value}`))
      .map((value) => {
        const unknown = `${value} has more than ${MAX_FOLDER_ENTRIES} entries and is not compared; declare it through SLIPWAY_INPUTS, or build with --observe`;
        return { kind: 'path', value, hash: NO_CONTENT.unreadable, by: 'named', unknown };
      });
  }

  #use(kind: 'path' | 'url', value: string, by: KnownBy): void {
    this.#track(kind, value);
    const key = `${kind} ${value}`;
    if (!this.#used.has(key)) this.#used.set(key, { kind, value, by });
  }

  #track(kind: 'path' | 'url', value: string): InputTracker {
    const { folder, area, known, step, stop } = this.#options;
    const key = `${kind} ${value}`;
    const found = this.#trackers.get(key);
    if (found) return found;
    const before = known.of(step).find((input) => input.kind === kind && input.value === value);
    const tracker = new InputTracker(kind, kind === 'path' ? folder.resolved(value) : value, area, before, stop);
    this.#trackers.set(key, tracker);
    return tracker;
  }

  /** Reads the file of declared inputs whenever it grows. */
  #follow(): void {
    try {
      this.#watcher = watch(this.#options.inputsFile, () => this.#take());
      this.#watcher.on('error', () => this.#poll());
    } catch {
      this.#poll(); // the limit of watches, or a file system without them
    }
  }

  #poll(): void {
    this.#timer ??= setInterval(() => this.#take(), POLL_MS);
  }

  /** Adds the new complete lines. When the step has ended, the last line counts without a newline. */
  #take(isEnd = false): void {
    let text: string;
    try {
      text = readFileSync(this.#options.inputsFile, 'latin1');
    } catch {
      return; // the step removed it
    }
    const end = isEnd ? text.length : text.lastIndexOf('\n') + 1;
    if (end < this.#read) this.#read = this.#lines = 0; // the step has replaced its content
    const added = text.slice(this.#read, end);
    this.#read = end;
    const lines = added.split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (const line of lines) this.#declare(line, ++this.#lines);
  }

  #declare(line: string, number: number): void {
    const found: Declaration | undefined = declarationIn(line, (path) => existsSync(systemPath(path)));
    if (found === undefined) return;
    if (found.kind === 'path') return this.#use('path', this.#options.folder.recorded(found.value), 'declared');
    if (found.kind === 'url') return this.#use('url', found.value, 'declared');
    if (found.kind === 'env') return void this.#variables.set(found.value, 'declared');
    const value = `SLIPWAY_INPUTS line ${number}`;
    const unknown = `${value} is not understood: ${found.value}`;
    if (this.#unknown.some((one) => one.unknown === unknown)) return;
    this.#options.report(`${this.#options.step}: ${unknown}`);
    this.#unknown.push({ kind: 'path', value, hash: NO_CONTENT.unreadable, by: 'declared', unknown });
  }
}

/** The size of a file; `undefined` for anything else. */
function sizeOf(path: string | Buffer): number | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats.size : undefined;
  } catch {
    return undefined; // missing or unreadable; its state is recorded as such
  }
}

function changedSince(path: string, ms: number): boolean {
  const stats = statSync(systemPath(path), { throwIfNoEntry: false });
  return stats !== undefined && Math.max(stats.mtimeMs, stats.ctimeMs) > ms;
}
