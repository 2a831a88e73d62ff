/** Runs asynchronous functions one after another, in the order in which they were added. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs a function when all that were added before have settled. Rejects as the function does; a failure does not stop the queue. */
  add<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run);
    // The caller receives the failure; it does not stop the queue.
    this.#last = result.catch(() => undefined);
    return result;
  }
}
