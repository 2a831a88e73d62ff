const CHUNK_BYTES = 1024 * 1024;

interface Chunk {
  readonly bytes: Buffer;
  used: number;
  readonly first: number;
}

/** Texts without newlines, by number, in order. They are stored as UTF-8 in chunks of about 1 MiB, with 4 more bytes for each. */
export class TextList {
  #count = 0;
  readonly #chunks: Chunk[] = [];
  #ends = new Uint32Array(1024);

  /** How many texts there are. */
  get count(): number {
    return this.#count;
  }

  add(text: string): void {
    const chunk = this.#roomFor(Buffer.byteLength(text) + 1); // with its newline
    chunk.used += chunk.bytes.write(`${text}\n`, chunk.used, 'utf8');
    if (this.#count === this.#ends.length) this.#ends = grown(this.#ends);
    this.#ends[this.#count++] = chunk.used;
  }

  /** A text by its number. */
  at(number: number): string {
    const chunk = this.#chunkOf(number);
    const start = number === chunk.first ? 0 : (this.#ends[number - 1] ?? 0);
    return chunk.bytes.toString('utf8', start, (this.#ends[number] ?? start + 1) - 1);
  }

  /** The texts from the chunk that has a number on: those of a chunk together, each with a newline behind it. */
  *chunks(from: number): Generator<{ readonly text: string; readonly first: number }> {
    for (const [at, { bytes, used, first }] of this.#chunks.entries())
      if ((this.#chunks[at + 1]?.first ?? this.#count) > from) yield { text: bytes.toString('utf8', 0, used), first };
  }

  #chunkOf(number: number): Chunk {
    let [low, high] = [0, this.#chunks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#chunks[middle]?.first ?? 0) <= number) low = middle;
      else high = middle - 1;
    }
    const chunk = this.#chunks[low];
    if (!chunk) throw new Error(`no text ${number}`);
    return chunk;
  }

  #roomFor(bytes: number): Chunk {
    const last = this.#chunks.at(-1);
    if (last && last.used + bytes <= last.bytes.length) return last;
    const fresh = { bytes: Buffer.allocUnsafe(Math.max(CHUNK_BYTES, bytes)), used: 0, first: this.#count };
    this.#chunks.push(fresh);
    return fresh;
  }
}

function grown(before: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const after = new Uint32Array(before.length * 2);
  after.set(before);
  return after;
}
