import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';

/** What `node -e 0` takes on the machine that the tests' limits and the README's figures are about. Milliseconds. */
const REFERENCE = 60;
const ROUNDS = 9;

/**
 * Something took no longer than it may on that machine. One that starts Node half as fast just now, or whose processors are lent to others, has
 * twice as long; a faster one has no less.
 *
 * @param took in any unit of time
 * @param limit in the same unit
 */
export function expectWithin(took: number, limit: number): void {
  expect(took).toBeLessThan(took < limit ? limit : limit * slowness());
}

function slowness(): number {
  const starts = Array.from({ length: ROUNDS }, () => {
    const began = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    return performance.now() - began;
  });
  const median = starts.sort((a, b) => a - b)[(ROUNDS - 1) / 2] ?? REFERENCE;
  const times = Math.max(1, median / REFERENCE);
  process.stdout.write(`this machine is ${times.toFixed(1)} times slower than the one of the limits\n`);
  return times;
}
