import { AppError } from '../../../src-shared/errors';
import type { Transport } from '../../transport/transport';
import { cutLines } from './cut-lines';

const PIECE_BYTES = 256 * 1024;

/**
 * Which lines of a detail log a step wrote to stderr. The detail log has the lines of both streams. The simple log has those of stderr and
 * of the original itself, in the same order.
 */
export class StderrLines {
  readonly #transport: Transport;
  readonly #simpleLog: string;
  /** Lines of the simple log that were not met in the detail log yet, from `#next` on. */
  #pending: string[] = [];
  #next = 0;
  #pendingBytes = 0;
  #offset = 0;
  #rest: Buffer = Buffer.alloc(0);
  /** Offsets in the detail log behind each line of stderr, ascending. */
  readonly #ends: number[] = [];

  /** @param detailLog path of the detail log */
  constructor(transport: Transport, detailLog: string) {
    this.#transport = transport;
    this.#simpleLog = detailLog.replace(/detail-log-(?=[^/]*$)/, 'simple-log-');
  }

  /**
   * Reads as much of the simple log as can be in a part of the detail log. Call it after that part was read, because both are written at
   * the same time.
   */
  async readFor(bytes: number): Promise<void> {
    while (this.#pendingBytes < bytes) {
      const piece = await this.#read();
      if (piece.length === 0) return;
      this.#offset += piece.length;
      const all = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
      const used = cutLines(all, (line) => this.#pending.push(line));
      this.#rest = Buffer.from(all.subarray(used));
      this.#pendingBytes += used;
    }
  }

  /**
   * Whether the next line of the detail log is one of the simple log.
   *
   * @param end offset behind the line in the detail log
   */
  take(line: string, end: number): boolean {
    if (this.#pending[this.#next] !== line) return false;
    this.#next++;
    this.#pendingBytes -= Buffer.byteLength(line) + 1;
    if (this.#next === this.#pending.length) [this.#pending, this.#next] = [[], 0];
    this.#ends.push(end);
    return true;
  }

  /** Whether a line that was taken was one of the simple log. */
  has(end: number): boolean {
    let [low, high] = [0, this.#ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] ?? 0) < end) low = middle + 1;
      else high = middle;
    }
    return this.#ends[low] === end;
  }

  async #read(): Promise<Buffer> {
    try {
      return await this.#transport.readFile(this.#simpleLog, this.#offset, PIECE_BYTES);
    } catch (error) {
      if (error instanceof AppError && error.code === 'missing') return Buffer.alloc(0);
      throw error;
    }
  }
}
