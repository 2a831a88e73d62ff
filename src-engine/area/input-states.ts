import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { StepInput } from '../../src-shared/checkpoints/execution';
import { NO_CONTENT } from '../../src-shared/checkpoints/fingerprint';
import type { KnownHash } from '../../src-shared/checkpoints/step-differences';
import { escapeName, unescapeName } from '../../src-shared/name-escapes';
import { bytePath, systemPath } from '../snapshots/bytes';
import { pathHash, pathStat, presentType, sizeIn } from '../system/path-hash';
import { realPath } from '../system/real-path';
import { shortHash } from '../system/short-hash';
import { URL_TIMEOUT_MS, urlState } from './url-state';

/** The folder of a document, for paths of inputs: a document may be moved, and over SSH each state of it has a folder of its own. */
export class DocumentFolder {
  readonly #folder: string;
  readonly #real: string;

  constructor(manifest: string) {
    this.#folder = dirname(resolve(manifest));
    this.#real = realPath(this.#folder);
  }

  /**
   * A path in its recorded form: relative inside the folder, otherwise absolute; escaped text. Relative arguments start
   * at the working directory.
   *
   * @param path with one character per byte; see `bytePath`
   */
  recorded(path: string): string {
    const absolute = resolve(bytePath(process.cwd()), path);
    for (const folder of [this.#folder, this.#real].map(bytePath))
      if (absolute.startsWith(`${folder}/`)) return escapeName(absolute.slice(folder.length + 1));
    return escapeName(absolute);
  }

  /** The absolute path of a recorded one, for system calls. Earlier versions recorded a backslash without an escape. */
  resolved(path: string): string | Buffer {
    const bytes = unescapeName(path) ?? bytePath(path);
    return systemPath(isAbsolute(bytes) ? bytes : join(bytePath(this.#folder), bytes));
  }
}

/** The recorded hash of an environment variable's value. */
export function variableHash(value: string | undefined): string {
  return value === undefined ? NO_CONTENT.unset : shortHash(`env ${value}`);
}

/** The context in which present states of inputs are determined. */
export interface InputQuestion {
  readonly folder: DocumentFolder;
  /** The build area's path. Nothing below it counts as a part of an input. */
  readonly area: string;
  /** The environment that steps would get. */
  readonly variables: NodeJS.ProcessEnv;
  /** Whether servers are asked about URLs. This takes at most `URL_TIMEOUT_MS` altogether. */
  readonly asksServers: boolean;
}

/** The present states of inputs, each determined once. */
export class InputStates {
  readonly #question: InputQuestion;

  readonly #known = new Map<string, KnownHash>();

  constructor(question: InputQuestion) {
    this.#question = question;
  }

  /** Determines the states of these inputs, so that `of` can return them. */
  async load(inputs: readonly StepInput[]): Promise<void> {
    const urls = new Set(inputs.flatMap(({ kind, value }) => (kind === 'url' ? [value] : [])));
    const asked = Array.from(urls, async (url) => {
      const key = `url ${url}`;
      if (!this.#known.has(key)) this.#known.set(key, await this.#url(url));
    });
    for (const input of inputs)
      if (input.kind === 'path' && input.unknown === undefined && !this.#known.has(keyOf(input))) {
        const now = await this.#path(input, inputs);
        this.#known.set(keyOf(input), now);
      }
    await Promise.all(asked);
  }

  /** The state of an input that `load` was called with. */
  of(input: StepInput): KnownHash {
    if (input.kind === 'env') return { hash: variableHash(this.#question.variables[input.value]) };
    return this.#known.get(keyOf(input)) ?? { unknown: 'was not asked' };
  }

  async #url(url: string): Promise<KnownHash> {
    if (!this.#question.asksServers) return { unknown: 'is not asked by this command; `checkpoints` and `plan` ask' };
    const hash = await urlState(url, URL_TIMEOUT_MS);
    return hash === NO_CONTENT.unreachable ? { unknown: 'does not answer' } : { hash };
  }

  /** A file with the identity, size and times that an execution recorded has the recorded content. */
  async #path(input: StepInput, all: readonly StepInput[]): Promise<KnownHash> {
    const { folder, area } = this.#question;
    const path = folder.resolved(input.value);
    const recorded = all.filter((one) => keyOf(one) === keyOf(input) && one.stat !== undefined && !one.raced);
    // What was a file and no longer is has another content. A folder in its place may be too large to read.
    const type = presentType(path);
    const wasFile = recorded.length > 0 && recorded.every(({ stat = '' }) => sizeIn(stat) !== undefined);
    if (wasFile && type !== undefined && type !== 'file') return { hash: type };
    const { text } = await pathStat(path, area);
    const same = recorded.find(({ stat }) => stat === text);
    if (same) return { hash: same.hash };
    // A file of another size has another content, so it is not read.
    const size = sizeIn(text);
    if (size !== undefined && recorded.length > 0 && recorded.every(({ stat = '' }) => sizeIn(stat) !== size))
      return { hash: `${size} bytes` };
    const hash = await pathHash(path, area);
    return hash === NO_CONTENT.unreadable ? { unknown: 'cannot be read now' } : { hash };
  }
}

const keyOf = ({ kind, value }: Pick<StepInput, 'kind' | 'value'>): string => `${kind} ${value}`;
