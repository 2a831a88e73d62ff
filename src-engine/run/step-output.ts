import type { Readable } from 'node:stream';
import { LineSplitter } from '../system/line-splitter';

/** Longer lines of output are processed in pieces. */
const MAX_LINE_BYTES = 64 * 1024;
/** What a line has so far is reported at this interval, so that a progress bar is seen before its line ends. */
const OPEN_LINE_INTERVAL_MS = 500;

/** Receives the output of one stream of a step. */
export interface OutputReceiver {
  /**
   * A line, or a piece of a long line; then `isContinued` is true for all but the last piece.
   *
   * @param rest the part of it that `onOpenLine` has not received
   */
  onLine(line: Buffer, isContinued: boolean, rest: Buffer): void;
  /** More of a line that has not ended. It does not end within a UTF-8 character. */
  onOpenLine(more: Buffer): void;
}

/** One stream of a step, in lines. */
export class StepOutput {
  readonly #reader: Readable;
  readonly #receiver: OutputReceiver;
  readonly #splitter: LineSplitter;
  /** How much of the open line was reported. */
  #reportedBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  readonly end: Promise<void>;
  isOpen = true;

  constructor(reader: Readable, receiver: OutputReceiver) {
    this.#reader = reader;
    this.#receiver = receiver;
    this.#splitter = new LineSplitter((line, isContinued) => this.#report(line, isContinued), MAX_LINE_BYTES);
    this.end = new Promise((resolve) => {
      reader.on('data', (chunk: Buffer) => {
        this.#splitter.push(chunk);
        this.#timer ??= setTimeout(() => this.#reportOpenLine(), OPEN_LINE_INTERVAL_MS);
      });
      // An error ends the stream like its end does: what was read before counts.
      reader
        .on('error', () => undefined)
        .on('close', () => {
          clearTimeout(this.#timer);
          this.#splitter.end();
          this.isOpen = false;
          resolve();
        });
    });
  }

  close(): void {
    this.#reader.destroy();
  }

  #report(line: Buffer, isContinued: boolean): void {
    const rest = line.subarray(this.#reportedBytes);
    this.#reportedBytes = Math.max(0, this.#reportedBytes - line.length);
    this.#receiver.onLine(line, isContinued, rest);
  }

  #reportOpenLine(): void {
    this.#timer = undefined;
    const more = wholeCharacters(this.#splitter.openLine.subarray(this.#reportedBytes));
    if (more.length === 0) return;
    this.#reportedBytes += more.length;
    this.#receiver.onOpenLine(more);
  }
}

/** The bytes without an incomplete UTF-8 character at their end. */
function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.subarray(0, -back) : bytes;
  }
  return bytes;
}
