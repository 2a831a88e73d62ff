import type { StepInput } from '../../src-shared/checkpoints/execution';
import { NO_CONTENT } from '../../src-shared/checkpoints/fingerprint';
import { pathHash, pathStat, type PathStat } from '../system/path-hash';
import { isRewritten } from '../system/write-trace';
import { urlState } from '../area/url-state';

/** The state of an input when the step began to use it. */
interface InitialState {
  readonly stat: PathStat | undefined;
  readonly hash: Promise<string>;
}

/**
 * One path or URL that a step uses, recorded when the step begins to use it and again at the step's end.
 *
 * At the beginning only file times are read. A large content is read while the step runs; it counts when the times are
 * the same at the end. An input that was written in between counts as changed, also with the same content at the end.
 */
export class InputTracker {
  readonly #kind: 'path' | 'url';
  readonly #at: string | Buffer;
  readonly #except: string;
  readonly #stop: AbortSignal;

  readonly #begun: Promise<InitialState>;

  /**
   * @param at the absolute path, or the URL
   * @param except the build area
   * @param known the state that an earlier execution recorded, so that an unchanged file is not read again
   * @param stop ends the reading; the recorded input is then one that changed meanwhile
   */
  constructor(
    kind: 'path' | 'url',
    at: string | Buffer,
    except: string,
    known: StepInput | undefined,
    stop: AbortSignal,
  ) {
    this.#kind = kind;
    this.#at = at;
    this.#except = except;
    this.#stop = stop;
    this.#begun = this.#begin(known);
  }

  /** Resolves when the state at the beginning is known, except for a large content. */
  async begun(): Promise<void> {
    await this.#begun;
  }

  /** The input in its recorded form. */
  async end(input: Required<Pick<StepInput, 'kind' | 'value' | 'by'>>): Promise<StepInput> {
    const { stat, hash } = await this.#begun;
    const first = await hash;
    if (this.#kind === 'url' || !stat) {
      const now = await urlState(String(this.#at));
      const isSame = now === first || [now, first].includes(NO_CONTENT.unreachable);
      return { ...input, hash: first, ...(!isSame && { raced: true }) };
    }
    const end = await this.#stat();
    if (this.#stop.aborted) return this.#unread(input);
    const isWritten = isRewritten(stat.trace, end.trace);
    const isSettled = !isWritten && end.text === stat.text && this.#hashedAt > stat.settledAt;
    if (isSettled) return { ...input, hash: first, stat: end.text };
    const readAt = Date.now();
    const last = await this.#hash();
    const isUnchanged = readAt > end.settledAt && (await this.#stat()).text === end.text;
    if (this.#stop.aborted) return this.#unread(input);
    // With the same content at the end the step may have used another one that was there in between.
    const isRaced = isWritten || last !== first;
    return { ...input, hash: last, ...(isRaced && { raced: true }), ...(isUnchanged && { stat: end.text }) };
  }

  /** The input of a build that ends before its content is read. */
  #unread(input: Required<Pick<StepInput, 'kind' | 'value' | 'by'>>): StepInput {
    return { ...input, hash: NO_CONTENT.unreadable, raced: true };
  }

  async #stat(): Promise<PathStat> {
    return pathStat(this.#at, this.#except, this.#stop);
  }

  async #hash(): Promise<string> {
    return pathHash(this.#at, this.#except, this.#stop);
  }

  /** When the content was read, in milliseconds since the epoch. */
  #hashedAt = 0;

  async #begin(known: StepInput | undefined): Promise<InitialState> {
    if (this.#kind === 'url') return { stat: undefined, hash: urlState(String(this.#at)) };
    const stat = await this.#stat();
    const isKnown = known?.stat !== undefined && known.stat === stat.text && !known.raced;
    this.#hashedAt = isKnown ? Infinity : Date.now();
    return { stat, hash: isKnown ? Promise.resolve(known.hash) : this.#hash() };
  }
}
