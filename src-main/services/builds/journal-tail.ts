import { parseRecord } from '../../../src-shared/journal/records';
import { concernsRun, withRecord, type RunView } from '../../../src-shared/runs/run-view';
import type { Journals } from '../../build-hosts/build-host';

const CHUNK = 256 * 1024;
const NEWLINE = 0x0a;
/** A journal that is not the engine's must not fill the memory. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** Reads a growing journal from where it stopped the last time, and keeps the run as far as it tells. */
export class JournalTail {
  #offset = 0;
  /** The beginning of a line whose end has not been written yet. */
  #rest: Buffer = Buffer.alloc(0);

  readonly #journals: Journals;
  readonly #path: string;

  constructor(
    journals: Journals,
    path: string,
    public run: RunView,
  ) {
    this.#journals = journals;
    this.#path = path;
  }

  /** Reads what is new; returns how many bytes that were. */
  async read(): Promise<number> {
    const before = this.#offset;
    for (;;) {
      const chunk = await this.#journals.readFile(this.#path, this.#offset, CHUNK);
      if (chunk.length === 0) return this.#offset - before;
      this.#offset += chunk.length;
      this.#take(chunk);
    }
  }

  #take(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (let end; (end = bytes.indexOf(NEWLINE, start)) >= 0; start = end + 1) {
      const line = bytes.subarray(start, end);
      const record = concernsRun(line) ? parseRecord(bytes.toString('utf8', start, end)) : undefined;
      if (record) this.run = withRecord(this.run, record);
    }
    const rest = bytes.subarray(start);
    // The engine cuts lines; a longer one is not a record, and its end is no record either.
    this.#rest = rest.length > MAX_RECORD_BYTES ? Buffer.alloc(0) : Buffer.from(rest);
  }
}
