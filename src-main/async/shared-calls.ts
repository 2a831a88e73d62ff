/** Shares the result of calls that several callers make at the same time. The work is cancelled when the last caller has left. */
export class SharedCalls<T> {
  readonly #running = new Map<
    string,
    { readonly result: Promise<T>; readonly abort: AbortController; callers: number }
  >();

  /**
   * Joins the running call with this key, or starts it. The result is not kept.
   *
   * @param signal of this caller, whose call rejects at once when it aborts, also while other callers wait
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
      if (--running.callers === 0) running.abort.abort();
    }
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<T>) {
    const abort = new AbortController();
    const running = { result: start(abort.signal), abort, callers: 0 };
    const forget = (): void => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    };
    abort.signal.addEventListener('abort', forget);
    running.result.then(forget, forget);
    this.#running.set(key, running);
    return running;
  }
}
