const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines without knowing their encoding, so that no chunk border can damage a character
 * (contract 9, 22). The last line counts even without a newline.
 */
export class LineSplitter {
  #parts: Buffer[] = [];

  constructor(private readonly onLine: (line: Buffer) => void) {}

  push(chunk: Buffer): void {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      const piece = chunk.subarray(start, at);
      this.onLine(this.#parts.length > 0 ? Buffer.concat([...this.#parts, piece]) : piece);
      this.#parts = [];
      start = at + 1;
    }
    if (start < chunk.length) this.#parts.push(chunk.subarray(start));
  }

  end(): void {
    if (this.#parts.length > 0) this.onLine(Buffer.concat(this.#parts));
    this.#parts = [];
  }
}
