/** Limits how many callers use something at the same time. */
export interface Limiter {
  /** Waits for a place. Callers get one in the order in which they asked. */
  acquire(): Promise<void>;
  /** Frees the place of a caller. */
  release(): void;
}

/** @param max the number of places */
export function createLimiter(max: number): Limiter {
  let free = max;
  const waiting: (() => void)[] = [];
  return {
    async acquire() {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    release() {
      const next = waiting.shift();
      if (next) next();
      else free++;
    },
  };
}
