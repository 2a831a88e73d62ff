import type { StepExecution } from '../checkpoints/execution';

/** The origins of an image. */
export const ORIGINS = ['clean', 'resumed', 'proven'] as const;

/**
 * The origin of an image. An image whose build left no record has none of them.
 *
 * - `clean`   one run made it from the beginning
 * - `resumed` some of its steps ran in an earlier run, so that it rests on checkpoints
 * - `proven`  it is resumed, and a clean rebuild had the same bytes
 */
export type Origin = (typeof ORIGINS)[number];

/** What the window and the command line call each origin. */
export const ORIGIN_LABELS: Readonly<Record<Origin, string>> = {
  clean: 'Clean',
  resumed: 'Resumed',
  proven: 'Resumed, proven',
};

/** A checkpoint that an image rests on. */
export interface RestsOn {
  /** The step after the checkpoint. */
  readonly step: string;
  /** The run that made the state of the checkpoint. */
  readonly run: string;
  /** When that state was complete, in seconds since the epoch. */
  readonly at: number;
}

/** The checkpoints that an image rests on, by the executions of its steps. None of them: one run made all. */
export function restsOn(history: readonly Pick<StepExecution, 'step' | 'run' | 'finishedAt'>[]): RestsOn[] {
  return history.flatMap(({ step, run }, at) => {
    const before = history[at - 1];
    return before === undefined || before.run === run ? [] : [{ step, run: before.run, at: before.finishedAt }];
  });
}
