/** `npm run test:full` sets it: the seeded suites then run their full counts instead of the small ones of `npm test`. */
export const isFull = process.env.SLIPWAY_FULL === '1';

/** How many rounds a seeded suite runs. */
export function count(small: number, full: number): number {
  return isFull ? full : small;
}

/** The seed of a suite: `SLIPWAY_SEED` repeats or varies a run. */
export function seedOf(suite: number): number {
  return suite + Number(process.env.SLIPWAY_SEED ?? 0) * 1_000;
}

/** Prints what a seeded suite did: a count of 0 would be a suite that proves nothing. */
export function report(line: string): void {
  process.stdout.write(`${line}\n`);
}
