/** Waits for a promise until a deadline; `undefined` when it is late. What it settles to later is dropped. */
export async function beforeDeadline<T>(
  promise: Promise<T>,
  milliseconds: number,
): Promise<{ readonly value: T } | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    // After a time in which this process did not run, the timer comes before answers that arrived meanwhile: those count.
    timer = setTimeout(() => setImmediate(resolve, undefined), milliseconds);
  });
  try {
    return await Promise.race([promise.then((value) => ({ value })), late]);
  } finally {
    clearTimeout(timer);
  }
}
