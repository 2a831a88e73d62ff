/** Events for any number of readers. Each reads at its own speed. */
export class Broadcast<T> {
  readonly #readers = new Set<{ waiting: T[]; wake(): void }>();

  get hasReaders(): boolean {
    return this.#readers.size > 0;
  }

  push(event: T): void {
    for (const reader of this.#readers) {
      reader.waiting.push(event);
      reader.wake();
    }
  }

  /** Yields `first`, then all events from now on until the signal aborts. Subscribes at once, not at the first read. */
  read(first: readonly T[], signal: AbortSignal | undefined): AsyncGenerator<T> {
    const reader = { waiting: [...first], wake: (): void => undefined };
    this.#readers.add(reader);
    const wake = (): void => {
      if (signal?.aborted) this.#readers.delete(reader);
      reader.wake();
    };
    signal?.addEventListener('abort', wake);
    return this.#drain(reader, signal, wake);
  }

  async *#drain(
    reader: { waiting: T[]; wake(): void },
    signal: AbortSignal | undefined,
    wake: () => void,
  ): AsyncGenerator<T> {
    try {
      while (!signal?.aborted) {
        const event = reader.waiting.shift();
        if (event !== undefined) yield event;
        else await new Promise<void>((resolve) => (reader.wake = resolve));
      }
    } finally {
      signal?.removeEventListener('abort', wake);
      this.#readers.delete(reader);
    }
  }
}
