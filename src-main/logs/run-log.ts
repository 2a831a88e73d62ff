import { setImmediate as breathe, setTimeout as delay } from 'node:timers/promises';
import { parseRecord } from '../../src-shared/runs/run-view';
import type { Transport } from '../transport/transport';
import { LineStore, type Selection } from './line-store';

const PIECE = 256 * 1024;
const NEWLINE = 0x0a;
/** Between two answers while lines pour in, in milliseconds. */
const PACE = 50;
/** Silence after which a run is asked whether it still goes on, in milliseconds. */
const SILENCE = 2000;
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
  #answeredAt = 0;
  readonly #abort = new AbortController();

  /**
   * @param isRunning asks the build host whether the run still goes on
   */
  constructor(
    private readonly transport: Transport,
    private readonly journal: string,
    private readonly isRunning: () => Promise<boolean>,
  ) {}

  /** Waits until a selection has more than `have` lines, or the run has ended. */
  async grown(
    selection: Selection,
    have: number,
    signal: AbortSignal | undefined,
  ): Promise<{ lines: number; ended: boolean }> {
    this.#follow();
    const isNews = (): boolean => this.#ended || have < 0 || this.lines.countOf(selection) > have;
    while (!isNews() && !signal?.aborted) await this.#change(signal);
    // The first lines after a silence go at once; a flood is gathered.
    const early = this.#answeredAt + PACE - Date.now();
    if (early > 0 && have >= 0 && !this.#ended) await delay(early);
    this.#answeredAt = Date.now();
    return { lines: this.lines.countOf(selection), ended: this.#ended };
  }

  close(): void {
    this.#abort.abort();
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
    for await (const _ of this.transport.changes(this.journal, this.#abort.signal)) {
      await this.#readOn();
      if (this.#ended || (this.#waiting.size === 0 && Date.now() - this.#askedAt > IDLE)) return;
      if (Date.now() - this.#grewAt < SILENCE) continue;
      this.#grewAt = Date.now();
      if (await this.isRunning()) continue;
      await this.#readOn(); // what it wrote between the last look and its death
      this.#end();
      return;
    }
  }

  /** Reads to the present end, in pieces, so that others get their turn. */
  async #readOn(): Promise<void> {
    for (;;) {
      const piece = await this.transport.readFile(this.journal, this.#offset, PIECE);
      if (piece.length === 0) return;
      this.#offset += piece.length;
      this.#grewAt = Date.now();
      this.#take(piece);
      this.#wake();
      await breathe();
    }
  }

  #take(piece: Buffer): void {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const end = bytes.lastIndexOf(NEWLINE);
    // Whole lines only: a cut one may end in the middle of a character.
    for (const line of bytes.toString('utf8', 0, Math.max(0, end)).split('\n')) {
      const record =
        line.startsWith('{"kind":"output"') || line.startsWith('{"kind":"exit"') ? parseRecord(line) : undefined;
      if (record?.kind === 'output') this.lines.add(record.at, record.stream, record.step, record.text);
      else if (record?.kind === 'exit') this.#end();
    }
    this.#rest = Buffer.from(bytes.subarray(end + 1));
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }
}
