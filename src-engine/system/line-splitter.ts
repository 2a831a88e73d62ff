const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines without knowing their encoding, so that no chunk border can damage a character
 * (contract 9, 22). The last line counts even without a newline.
 *
 * A line longer than `maxBytes` is emitted in pieces, to bound memory. All but its last piece are marked as continued. A piece does not
 * end within a UTF-8 character.
 */
export class LineSplitter {
  readonly #onLine: (line: Buffer, isContinued: boolean) => void;
  readonly #maxBytes: number;

  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(onLine: (line: Buffer, isContinued: boolean) => void, maxBytes = Number.POSITIVE_INFINITY) {
    this.#onLine = onLine;
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      this.#add(chunk.subarray(start, at));
      this.#emit();
      start = at + 1;
    }
    if (start < chunk.length) this.#add(chunk.subarray(start));
  }

  end(): void {
    if (this.#bytes > 0) this.#emit();
  }

  /** The line whose end has not arrived, or its last piece. */
  get openLine(): Buffer {
    const open = this.#take();
    this.#parts = [open];
    this.#bytes = open.length;
    return open;
  }

  #add(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
    while (this.#bytes > this.#maxBytes) {
      const line = this.#take();
      const cut = characterStart(line, this.#maxBytes);
      this.#onLine(line.subarray(0, cut), true);
      this.#parts = [line.subarray(cut)];
      this.#bytes = line.length - cut;
    }
  }

  #emit(): void {
    this.#onLine(this.#take(), false);
  }

  #take(): Buffer {
    const [first, ...others] = this.#parts;
    const line = first && others.length === 0 ? first : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return line;
  }
}

/** The last position up to `at` where a UTF-8 character may begin. */
function characterStart(bytes: Buffer, at: number): number {
  for (let start = at; start > at - 4 && start > 0; start--) if (((bytes[start] ?? 0) & 0xc0) !== 0x80) return start;
  return at;
}
