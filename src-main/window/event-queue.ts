import type { AppEvent } from '../../src-shared/rpc-contract';

/** A queue of events for the window. Events before the window listens wait for it. */
export class EventQueue {
  #waiting: AppEvent[] = [];
  #reader: { wake(): void } | undefined;

  push(event: AppEvent): void {
    this.#waiting.push(event);
    this.#reader?.wake();
  }

  /** Yields events until the signal aborts. There is one listener: a reloaded page replaces the old one, whose iteration ends. */
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
