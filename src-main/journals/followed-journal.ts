import { setImmediate as yieldToEventLoop, setTimeout as delay } from 'node:timers/promises';
import type { Journals } from '../build-hosts/build-host';

const PIECE_BYTES = 256 * 1024;
const NEWLINE = 0x0a;
/** Limits the memory for a file that is not a journal of the engine, which splits long lines. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;
/** While a subscriber wants it, reading a flood takes a third of the time, so that the window gets processor time. */
const FLOOD_REST = 2;

/** What a subscriber of a journal needs. */
export interface Subscriber {
  /** Receives whole lines, each with its newline, in order and each once. A line is never cut. */
  take(lines: Buffer): void;
  /** Slows down a flood of lines that is read at once. */
  readonly isPaced?: boolean;
}

/** One subscriber's access to a journal. */
export interface JournalSubscription {
  /**
   * Reads up to the journal's present end, which includes everything written before the call. The subscriber receives all lines from
   * the journal's beginning. Rejects with the `AppError` of the read; the next call continues there.
   */
  readOn(): Promise<void>;
  /** Ends the subscription. */
  close(): void;
}

/** A growing journal. Its bytes are read once for all subscribers; one that comes later first reads what the others have had. */
export class FollowedJournal {
  readonly #journals: Pick<Journals, 'readFile'>;
  readonly #path: string;
  readonly #onUnused: () => void;
  readonly #all = new Set<Subscriber>();
  /** Subscribers that have received everything up to the offset. */
  readonly #current = new Set<Subscriber>();
  #offset = 0;
  /** The start of a line whose end has not been written yet. */
  #rest: Buffer = Buffer.alloc(0);
  #reading: Promise<void> | undefined;
  #isReadRequested = false;

  /** @param onUnused called when the last subscription is closed */
  constructor(journals: Pick<Journals, 'readFile'>, path: string, onUnused: () => void = () => undefined) {
    this.#journals = journals;
    this.#path = path;
    this.#onUnused = onUnused;
  }

  subscribe(subscriber: Subscriber): JournalSubscription {
    this.#all.add(subscriber);
    let catchingUp: Promise<void> | undefined;
    return {
      readOn: async () => {
        if (!this.#current.has(subscriber))
          await (catchingUp ??= this.#catchUp(subscriber).finally(() => (catchingUp = undefined)));
        await this.#readOn();
      },
      close: () => {
        this.#current.delete(subscriber);
        if (this.#all.delete(subscriber) && this.#all.size === 0) this.#onUnused();
      },
    };
  }

  /** A request during a read runs after it, to include what was written meanwhile. */
  #readOn(): Promise<void> {
    this.#isReadRequested = true;
    return (this.#reading ??= this.#readWhileRequested());
  }

  async #readWhileRequested(): Promise<void> {
    try {
      while (this.#isReadRequested) {
        this.#isReadRequested = false;
        for (;;) {
          const started = performance.now();
          const piece = await this.#journals.readFile(this.#path, this.#offset, PIECE_BYTES);
          if (piece.length === 0) break;
          this.#offset += piece.length;
          const { lines, rest } = wholeLines(this.#rest, piece);
          this.#rest = rest;
          if (lines.length > 0) for (const subscriber of this.#current) subscriber.take(lines);
          await this.#pause(piece, started);
        }
      }
    } finally {
      // Here and not in a later callback, so that a request after the last read starts a new one.
      this.#reading = undefined;
    }
  }

  /** Reads for one subscriber what the others have had. The two meet when no more bytes are between them. */
  async #catchUp(subscriber: Subscriber): Promise<void> {
    let offset = 0;
    let rest: Buffer = Buffer.alloc(0);
    while (offset < this.#offset) {
      const started = performance.now();
      const length = Math.min(PIECE_BYTES, this.#offset - offset);
      const piece = await this.#journals.readFile(this.#path, offset, length);
      if (piece.length === 0) break;
      offset += piece.length;
      const whole = wholeLines(rest, piece);
      rest = whole.rest;
      if (whole.lines.length > 0) subscriber.take(whole.lines);
      await this.#pause(piece, started);
    }
    if (this.#all.has(subscriber)) this.#current.add(subscriber);
  }

  async #pause(piece: Buffer, started: number): Promise<void> {
    const isPaced = piece.length === PIECE_BYTES && [...this.#all].some((one) => one.isPaced);
    await (isPaced ? delay(FLOOD_REST * (performance.now() - started)) : yieldToEventLoop());
  }
}

/** Cuts bytes behind their last newline, so that no line or character is damaged. */
function wholeLines(before: Buffer, piece: Buffer): { readonly lines: Buffer; readonly rest: Buffer } {
  const bytes = before.length === 0 ? piece : Buffer.concat([before, piece]);
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  const rest = bytes.subarray(end);
  // The start of a longer line is dropped. Its end is not a record and is ignored.
  return { lines: bytes.subarray(0, end), rest: rest.length > MAX_RECORD_BYTES ? Buffer.alloc(0) : Buffer.from(rest) };
}

/** The journals of one host that are followed now. All services of the host share it, so that each byte is fetched once. */
export class FollowedJournals {
  readonly #journals: Pick<Journals, 'readFile'>;
  readonly #followed = new Map<string, FollowedJournal>();

  constructor(journals: Pick<Journals, 'readFile'>) {
    this.#journals = journals;
  }

  /** Subscribes to the journal at a path, from its beginning. */
  subscribe(path: string, subscriber: Subscriber): JournalSubscription {
    const followed =
      this.#followed.get(path) ?? new FollowedJournal(this.#journals, path, () => this.#followed.delete(path));
    this.#followed.set(path, followed);
    return followed.subscribe(subscriber);
  }
}
