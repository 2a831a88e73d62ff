/** Limits how many callers use something at the same time. */
export interface Limiter {
  /** The number of places. */
  readonly max: number;
  /** Waits for a place. Callers get one in the order in which they asked. */
  acquire(): Promise<void>;
  /** Frees the place of a caller. */
  release(): void;
  /** Reduces the number of places. Callers that have one keep it. */
  lower(max: number): void;
}

/** @param max the number of places */
export function createLimiter(max: number): Limiter {
  let free = max;
  const waiting: (() => void)[] = [];
  return {
    get max() {
      return max;
    },
    async acquire() {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    release() {
      const next = free < 0 ? undefined : waiting.shift();
      if (next) next();
      else free++;
    },
    lower(to) {
      if (to >= max) return;
      free -= max - to;
      max = to;
    },
  };
}
