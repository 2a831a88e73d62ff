import type { RunView } from '../../../src-shared/runs/run-view';

/** Seconds that steps took when they were last done, together; `undefined` while one of them has never been done. */
export function secondsOf(runs: readonly RunView[], steps: readonly string[]): number | undefined {
  let sum = 0;
  for (const step of steps) {
    const seconds = lastOf(runs, step);
    if (seconds === undefined) return undefined;
    sum += seconds;
  }
  return sum;
}

function lastOf(runs: readonly RunView[], step: string): number | undefined {
  for (const run of [...runs].reverse()) {
    const done = run.steps.find((one) => one.step === step && one.outcome === 'done');
    if (done?.seconds !== undefined) return done.seconds;
  }
  return undefined;
}
