import type { AppEvent } from '../../src-shared/rpc-contract';

/** Events on their way to the window. What comes before the window listens waits for it. */
export class EventQueue {
  #waiting: AppEvent[] = [];
  #wake: (() => void) | undefined;

  push(event: AppEvent): void {
    this.#waiting.push(event);
    this.#wake?.();
  }

  /** The events as they come, until the signal ends it. One listener at a time: a reloaded page takes over. */
  async *read(signal?: AbortSignal): AsyncGenerator<AppEvent> {
    const wake = (): void => this.#wake?.();
    signal?.addEventListener('abort', wake);
    try {
      while (!signal?.aborted) {
        const event = this.#waiting.shift();
        if (event) yield event;
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      signal?.removeEventListener('abort', wake);
    }
  }
}
