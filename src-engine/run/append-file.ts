import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { fileMode } from '../system/modes';

const FLUSH_BYTES = 64 * 1024;
const FLUSH_INTERVAL_MS = 50;
const NEWLINE = 0x0a;

/** A part of a file that is written whole or not at all where possible. */
interface Chunk {
  readonly bytes: Uint8Array;
  /** Kept in memory when it cannot be written. */
  readonly isKept: boolean;
}

/**
 * A growing file that is written in blocks. Its methods do not throw: the first error is reported, after which chunks
 * are dropped, except those to be kept. These are written when `retry` succeeds.
 *
 * Writes are synchronous, so that a flood of output slows the step down instead of filling the memory.
 */
export class AppendFile {
  readonly #path: string;

  readonly #fd: number;
  readonly #onError: (error: Error) => void;
  #pending: Chunk[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #error: Error | undefined;
  /** The file ends with a partial line, left by a failed write. */
  #isTorn = false;

  /** Throws the system's error when the file cannot be opened. @param flags `a`, or `ax`: the file must not exist */
  constructor(path: string, flags: 'a' | 'ax', onError: (error: Error) => void) {
    this.#path = path;
    this.#fd = openSync(path, flags, fileMode());
    this.#onError = onError;
  }

  append(bytes: Uint8Array, isKept = false): void {
    if (this.#error && !isKept) return;
    this.#pending.push({ bytes, isKept });
    this.#bytes += bytes.length;
    if (this.#bytes >= FLUSH_BYTES) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_INTERVAL_MS);
  }

  /** Writes everything to the file system, so that a crash of the engine loses none of it. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#error) this.#write();
  }

  /** Writes the kept chunks after space was freed. */
  retry(): void {
    if (this.#isTorn) this.#pending.unshift({ bytes: Uint8Array.of(NEWLINE), isKept: true });
    this.#isTorn = false;
    this.#error = undefined;
    this.#write();
  }

  /**
   * Returns whether everything to be kept was written.
   *
   * @param isSynced also forces it to the disk, so that it survives power loss
   */
  close(isSynced = false): boolean {
    if (this.#error) this.retry();
    else this.flush();
    clearTimeout(this.#timer);
    try {
      if (isSynced) fsyncSync(this.#fd);
      closeSync(this.#fd);
    } catch (error) {
      this.#fail(error); // network file systems report a full disk here
      return false;
    }
    return this.#pending.length === 0;
  }

  #write(): void {
    const chunks = this.#pending;
    const block = Buffer.concat(chunks.map(({ bytes }) => bytes));
    this.#pending = [];
    this.#bytes = 0;
    let written = 0;
    try {
      while (written < block.length) written += writeSync(this.#fd, block, written);
    } catch (error) {
      this.#isTorn = written > 0 && block[written - 1] !== NEWLINE;
      this.#pending = remaining(chunks, written).filter(({ isKept }) => isKept);
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#error) return;
    // Node does not name the file of a descriptor.
    this.#error = Object.assign(error instanceof Error ? error : new Error(String(error)), { path: this.#path });
    this.#onError(this.#error);
  }
}

/** The chunks that were not written completely. */
function remaining(chunks: readonly Chunk[], written: number): Chunk[] {
  let end = 0;
  return chunks.filter(({ bytes }) => (end += bytes.length) > written);
}
