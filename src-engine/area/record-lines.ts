import { concernsRun } from '../../src-shared/runs/run-view';

const NEWLINE = 0x0a;
/** The kind of a record is within its first bytes. */
const KIND_BYTES = 64;
/** A longer line is not one of our records. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/**
 * Cuts a journal's bytes into lines and passes on those that can change a run. Lines of output, by far the most, are
 * neither kept nor decoded.
 */
export class RecordLines {
  readonly #onLine: (line: string) => void;
  #parts: Buffer[] = [];
  #length = 0;
  #isSkipping = false;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** @param chunk is copied where it is needed later, so that the caller can reuse its buffer */
  push(chunk: Buffer): void {
    for (let start = 0; start < chunk.length;) {
      const newline = chunk.indexOf(NEWLINE, start);
      const end = newline < 0 ? chunk.length : newline;
      // Most lines are whole and are output: these are skipped without a copy.
      const isPassedOver = newline >= 0 && this.#length === 0 && !concernsRun(chunk, start);
      if (!isPassedOver && !this.#isSkipping) this.#add(chunk.subarray(start, end));
      if (!isPassedOver && newline >= 0) this.end();
      start = end + 1;
    }
  }

  /** The last line counts even without a newline. */
  end(): void {
    const line = this.#isSkipping ? undefined : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    this.#isSkipping = false;
    if (line && concernsRun(line)) this.#onLine(line.toString('utf8'));
  }

  #add(piece: Buffer): void {
    const wasUndecided = this.#length < KIND_BYTES;
    this.#length += piece.length;
    this.#parts.push(Buffer.from(piece));
    const isDecided = wasUndecided && this.#length >= KIND_BYTES;
    if (this.#length > MAX_RECORD_BYTES || (isDecided && !concernsRun(Buffer.concat(this.#parts)))) {
      this.#isSkipping = true;
      this.#parts = [];
    }
  }
}
