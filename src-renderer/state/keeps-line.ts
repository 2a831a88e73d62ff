/** A line and the build that would go on from one of its checkpoints. */
interface Resumed {
  /** The steps of the manifest. */
  readonly steps: readonly string[];
  /** The steps with a checkpoint of the line. */
  readonly checkpoints: readonly string[];
  /** Whether the newest run of the line has built everything. */
  readonly isFinished: boolean;
  /** The step to resume from; missing for a build from the beginning. */
  readonly resume: string | undefined;
}

/**
 * Whether a build would discard something of the line: later checkpoints, or a finished result with its images. Then the window keeps the
 * line by default.
 */
export function keepsLine({ steps, checkpoints, isFinished, resume }: Resumed): boolean {
  if (checkpoints.length === 0) return false;
  // The checkpoint before the first step is empty.
  const from = resume === undefined ? 0 : steps.indexOf(resume);
  return isFinished || checkpoints.some((step) => steps.indexOf(step) > from);
}
