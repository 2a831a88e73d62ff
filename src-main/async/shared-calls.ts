/** Calls that several callers make at once: the work is done once, and given up when the last of them has gone. */
export class SharedCalls<T> {
  readonly #running = new Map<
    string,
    { readonly result: Promise<T>; readonly giveUp: AbortController; callers: number }
  >();

  /**
   * Joins the call of this key that is under way, or starts it. Nothing is kept once it has ended.
   *
   * @param signal of this caller; it rejects at once when aborted, also while others still wait
   */
  async call(key: string, start: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const running = this.#running.get(key) ?? this.#start(key, start);
    running.callers++;
    let leave = (): void => undefined;
    try {
      return await Promise.race([
        running.result,
        new Promise<never>((_, reject) => {
          leave = () => reject(signal?.reason);
          signal?.addEventListener('abort', leave);
        }),
      ]);
    } finally {
      signal?.removeEventListener('abort', leave);
      if (--running.callers === 0) running.giveUp.abort();
    }
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<T>) {
    const giveUp = new AbortController();
    const running = { result: start(giveUp.signal), giveUp, callers: 0 };
    const forget = (): void => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    };
    giveUp.signal.addEventListener('abort', forget);
    running.result.then(forget, forget);
    this.#running.set(key, running);
    return running;
  }
}
