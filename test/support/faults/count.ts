import { isFull } from '../full';

/** The number of rounds of a seeded suite, in `npm test` and in `npm run test:full`. */
export function count(small: number, full: number): number {
  return isFull ? full : small;
}

/** The seed of a suite: `SLIPWAY_SEED` repeats or varies a run. */
export function seedOf(suite: number): number {
  return suite + Number(process.env.SLIPWAY_SEED ?? 0) * 1_000;
}

/** Prints the counts of a seeded suite. A suite with a count of 0 would prove nothing. */
export function report(line: string): void {
  process.stdout.write(`${line}\n`);
}
