/** A step as the checkpoint rules see it. Order in the list is order of execution; the first has index 0. */
export interface BuildStep {
  /** The checkpoint name: the value of `-p` and `-r`, and the last part of the snapshot's name. */
  readonly name: string;
  /** The sentence that users see. */
  readonly message: string;
}

/** Indices of the steps where a build resumes and where it pauses. `undefined`: from the beginning, to the end. */
export interface StepRange {
  readonly resume: number | undefined;
  readonly pause: number | undefined;
}

/** The snapshot of the empty build data (contract 2.1). */
export const BASELINE = 'empty';

const PREFIX = '.step_';

/** The name of a step's snapshot and of its state file (contract 2.1). */
export function checkpointName(step: string): string {
  return PREFIX + step;
}

/** The step that a snapshot belongs to by its name, or `undefined` for a foreign one. */
export function stepOfSnapshot(snapshot: string): string | undefined {
  return snapshot.startsWith(PREFIX) ? snapshot.slice(PREFIX.length) : undefined;
}
