import type { AppEvent } from '../../src-shared/rpc-contract';

/** Events on their way to the window. What comes before the window listens waits for it. */
export class EventQueue {
  #waiting: AppEvent[] = [];
  #reader: { wake(): void } | undefined;

  push(event: AppEvent): void {
    this.#waiting.push(event);
    this.#reader?.wake();
  }

  /** The events as they come, until the signal ends it. One listener at a time: a reloaded page takes over, and the old one ends. */
  async *read(signal?: AbortSignal): AsyncGenerator<AppEvent> {
    const reader = { wake: (): void => undefined };
    const wake = (): void => reader.wake();
    const earlier = this.#reader;
    this.#reader = reader;
    earlier?.wake();
    signal?.addEventListener('abort', wake);
    try {
      while (!signal?.aborted && this.#reader === reader) {
        const event = this.#waiting.shift();
        if (event) yield event;
        else
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
          });
      }
    } finally {
      signal?.removeEventListener('abort', wake);
      if (this.#reader === reader) this.#reader = undefined;
    }
  }
}
