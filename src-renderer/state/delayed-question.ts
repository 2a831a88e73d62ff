/** While the user edits, the host is asked this long after the last change. */
export const ASK_DEBOUNCE_MS = 250;

/** A question to main that can wait until the edits rest. A newer one replaces it. */
export class DelayedQuestion {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | undefined;

  /** Drops the question that waits or is being answered. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  /**
   * Asks after a delay, and drops the question before.
   *
   * @param question asks main; it must not fail
   * @param onAnswer is not called for a question that was dropped
   */
  ask<T>(delayMs: number, question: (signal: AbortSignal) => Promise<T>, onAnswer: (answer: T) => void): void {
    this.drop();
    const { signal } = (this.#asking = new AbortController());
    this.#timer = setTimeout(() => {
      void question(signal).then((answer) => {
        if (!signal.aborted) onAnswer(answer);
      });
    }, delayMs);
  }
}
