/** While the user edits, the host is asked this long after the last change. */
export const ASK_DEBOUNCE_MS = 250;

/** A question to main that can wait until the edits rest. A newer one replaces it. */
export class DelayedQuestion {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | undefined;
  /** What the question that waits or is being answered depends on. */
  #about: readonly unknown[] | undefined;

  /** Drops the question that waits or is being answered. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#about = undefined;
  }

  /**
   * Asks after a delay, and drops the question before. A question about the same things that waits or is being answered stays: effects
   * run again when nothing of it has changed, and each question takes a process of the build host.
   *
   * @param about everything that the answer depends on, compared by identity
   * @param question asks main; it must not fail
   * @param onAnswer is not called for a question that was dropped
   */
  ask<T>(
    about: readonly unknown[],
    delayMs: number,
    question: (signal: AbortSignal) => Promise<T>,
    onAnswer: (answer: T) => void,
  ): void {
    if (this.#about?.length === about.length && this.#about.every((one, at) => one === about[at])) return;
    this.drop();
    this.#about = about;
    const { signal } = (this.#asking = new AbortController());
    this.#timer = setTimeout(() => {
      void question(signal).then((answer) => {
        if (signal.aborted) return;
        this.#about = undefined;
        onAnswer(answer);
      });
    }, delayMs);
  }
}
