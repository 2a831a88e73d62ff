import type { Readable } from 'node:stream';
import { LineSplitter } from '../system/line-splitter';

/** Longer lines of output are processed in pieces. */
const MAX_LINE_BYTES = 64 * 1024;

/**
 * Receives a line of output, or a piece of a long line; then `isContinued` is true for all but the last piece.
 */
export type OnLine = (line: Buffer, isContinued: boolean) => void;

/** One stream of a step, in lines. */
export class StepOutput {
  readonly #reader: Readable;

  readonly end: Promise<void>;
  isOpen = true;

  constructor(reader: Readable, onLine: OnLine) {
    this.#reader = reader;
    const splitter = new LineSplitter(onLine, MAX_LINE_BYTES);
    this.end = new Promise((resolve) => {
      reader.on('data', (chunk: Buffer) => splitter.push(chunk));
      // An error ends the stream like its end does: what was read before counts.
      reader
        .on('error', () => undefined)
        .on('close', () => {
          splitter.end();
          this.isOpen = false;
          resolve();
        });
    });
  }

  close(): void {
    this.#reader.destroy();
  }
}
