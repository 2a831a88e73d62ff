import { setImmediate as breathe, setTimeout as delay } from 'node:timers/promises';
import { kindOfLine } from '../../../src-shared/journal/kind-of-line';
import { parseRecord } from '../../../src-shared/journal/records';
import type { Journals } from '../../build-hosts/build-host';
import { LineStore, type Selection } from './line-store';
import { inBackground } from '../../async/guard';

const PIECE = 256 * 1024;
const NEWLINE = 0x0a;
/** A journal that is not the engine's must not fill the memory. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;
/** Between two answers while lines pour in, in milliseconds. */
const PACE = 100;
/**
 * Silence after which it is asked whether the run still goes on, in milliseconds: asking takes a process, so a step that is silent for
 * long is asked about less and less often.
 */
const SILENCE = 2000;
const LONGEST_SILENCE = 60_000;
/** A log that nobody asked for so long is not followed any more, in milliseconds. */
const IDLE = 60_000;

/** The log of one run, read from its journal as that grows. */
export class RunLog {
  readonly lines = new LineStore();
  #ended = false;
  #offset = 0;
  #rest: Buffer = Buffer.alloc(0);
  #isFollowed = false;
  #failure: unknown;
  #fail: () => void = () => undefined;
  /** Resolves when the journal cannot be read. */
  readonly failed = new Promise<void>((resolve) => (this.#fail = resolve));
  readonly #waiting = new Set<() => void>();
  #askedAt = Date.now();
  #grewAt = Date.now();
  /** When it is asked next whether the run goes on, and how long the silence is before that. */
  #silence = SILENCE;
  #aliveAt = Date.now();
  #isAsking = false;
  #isGone = false;
  #answeredAt = 0;
  readonly #abort = new AbortController();

  readonly #journals: Journals;
  readonly #journal: string;
  readonly #isRunning: () => Promise<boolean>;

  /**
   * @param isRunning asks the build host whether the run still goes on
   */
  constructor(journals: Journals, journal: string, isRunning: () => Promise<boolean>) {
    this.#journals = journals;
    this.#journal = journal;
    this.#isRunning = isRunning;
  }

  /** Waits until a selection has more than `have` lines, or the run has ended. */
  async grown(
    selection: Selection,
    have: number,
    signal: AbortSignal | undefined,
  ): Promise<{ lines: number; ended: boolean }> {
    this.#follow();
    const isNews = (): boolean =>
      this.#ended || have < 0 || this.#abort.signal.aborted || this.lines.countOf(selection) > have;
    while (!isNews() && !signal?.aborted) await this.#change(signal);
    // The first lines after a silence go at once; a flood is gathered.
    const early = this.#answeredAt + PACE - Date.now();
    if (early > 0 && have >= 0 && !this.#ended) await delay(early);
    this.#answeredAt = Date.now();
    return { lines: this.lines.countOf(selection), ended: this.#ended };
  }

  /** Gives it up; who waits for it is answered with what there is. */
  close(): void {
    this.#abort.abort();
    this.#wake();
  }

  #follow(): void {
    this.#askedAt = Date.now();
    if (this.#failure) throw this.#failure;
    if (this.#ended || this.#isFollowed) return;
    this.#isFollowed = true;
    void this.#read()
      .catch((error: unknown) => {
        this.#failure = error;
        this.#fail();
        this.#wake();
      })
      .finally(() => (this.#isFollowed = false));
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    if (this.#failure) throw this.#failure;
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  async #read(): Promise<void> {
    for await (const _ of this.#journals.changes(this.#journal, this.#abort.signal)) {
      // Asked before the last look: what a dying engine still wrote is read.
      const isGone = this.#isGone;
      await this.#readOn();
      if (isGone) this.#end();
      if (this.#ended || (this.#waiting.size === 0 && Date.now() - this.#askedAt > IDLE)) return;
      inBackground(() => this.#askWhetherAlive());
    }
  }

  /** Lines that come meanwhile do not wait for the answer. */
  async #askWhetherAlive(): Promise<void> {
    const now = Date.now();
    if (this.#isAsking || now - Math.max(this.#grewAt, this.#aliveAt) < this.#silence) return;
    this.#isAsking = true;
    try {
      this.#isGone = !(await this.#isRunning());
    } catch {
      // Nobody knows, for example because the manifest is broken now: it is asked again.
    } finally {
      this.#isAsking = false;
      this.#aliveAt = Date.now();
      this.#silence = Math.min(LONGEST_SILENCE, this.#silence * 2);
    }
  }

  /** Reads to the present end, in pieces, so that others get their turn. */
  async #readOn(): Promise<void> {
    for (;;) {
      const started = performance.now();
      const piece = await this.#journals.readFile(this.#journal, this.#offset, PIECE);
      if (piece.length === 0) return;
      this.#offset += piece.length;
      this.#grewAt = Date.now();
      this.#silence = SILENCE;
      this.#take(piece);
      this.#wake();
      // A flood is read at a third of the speed: the window wants the processor too.
      await (piece.length === PIECE ? delay(2 * (performance.now() - started)) : breathe());
    }
  }

  #take(piece: Buffer): void {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const end = bytes.lastIndexOf(NEWLINE);
    // Whole lines only: a cut one may end in the middle of a character.
    for (const line of bytes.toString('utf8', 0, Math.max(0, end)).split('\n')) {
      const kind = kindOfLine(line);
      const record = kind === 'output' || kind === 'exit' ? parseRecord(line) : undefined;
      if (record?.kind === 'output') this.lines.add(record.at, record.stream, record.step, record.text);
      else if (record?.kind === 'exit') this.#end();
    }
    const rest = bytes.subarray(end + 1);
    // The engine cuts lines; a longer one is not a record, and its end is no record either.
    this.#rest = rest.length > MAX_RECORD_BYTES ? Buffer.alloc(0) : Buffer.from(rest);
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }
}
