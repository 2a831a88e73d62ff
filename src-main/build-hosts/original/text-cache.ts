/** A cache of texts with a size limit. The least recently used text is dropped first. */
export class TextCache {
  readonly #texts = new Map<string, Buffer>();
  #size = 0;

  readonly #most: number;

  /** @param most bytes */
  constructor(most: number) {
    this.#most = most;
  }

  find(key: string): Buffer | undefined {
    const text = this.#texts.get(key);
    if (text) {
      this.#texts.delete(key);
      this.#texts.set(key, text);
    }
    return text;
  }

  /** Keeps a text, drops those that were not used for the longest, and returns it. */
  keep(key: string, text: Buffer): Buffer {
    this.#size += text.length - (this.#texts.get(key)?.length ?? 0);
    this.#texts.delete(key);
    this.#texts.set(key, text);
    for (const [oldest, { length }] of this.#texts) {
      if (this.#size <= this.#most || oldest === key) break;
      this.#texts.delete(oldest);
      this.#size -= length;
    }
    return text;
  }
}
