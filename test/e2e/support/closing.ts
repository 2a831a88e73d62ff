import { onTestFinished, TestRunner } from 'vitest';
import { afterFile } from '../../support/after-file';

type Step = () => Promise<void>;

const open = new Set<Step>();

/** Closes what no single test has opened, or what a test that timed out has left open. */
async function closeOpen(): Promise<void> {
  for (const close of [...open].reverse()) await close();
}

/** Something that takes several steps to close. */
export interface Closing {
  /**
   * Adds a step. The last one added runs first. A step that is added after the closing, because a test timed out, runs
   * at once.
   */
  whenClosed(step: Step): void;
  /** Runs the steps, once. All run, even when one throws. */
  close(): Promise<void>;
}

/** Collects objects and closes them at the end of the test, or of the file when no test runs or `forFile` is set. */
export function closeAtEnd(forFile = false): Closing {
  const steps: Step[] = [];
  let closing: Promise<void> | undefined;
  const runSteps = async () => {
    const failures: unknown[] = [];
    for (let step = steps.pop(); step; step = steps.pop()) await step().catch((error) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, `could not close: ${failures.join('; ')}`);
  };
  const close = () => {
    open.delete(close);
    return (closing ??= runSteps());
  };
  if (open.size === 0) afterFile(closeOpen);
  open.add(close);
  if (!forFile && TestRunner.getCurrentTest()) onTestFinished(close);
  return {
    close,
    whenClosed(step) {
      if (closing) void step();
      else steps.push(step);
    },
  };
}
