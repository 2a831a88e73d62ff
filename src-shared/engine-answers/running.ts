import * as z from 'zod';

/** What `distro_const cancel --json` prints. */
export const cancelAnswer = z.object({
  /** The step that ran; `null` between steps. */
  step: z.string().nullable(),
  /** The latest step to resume from; `null` without a checkpoint. */
  resumeFrom: z.string().nullable(),
});

/** What `distro_const pause --json` prints. */
export const pauseAnswer = z.object({
  /** The step that the build pauses before; `null`: it runs to its end. */
  step: z.string().nullable(),
});

/** What `distro_const cancel --json` prints. */
export type CancelAnswer = z.output<typeof cancelAnswer>;
/** What `distro_const pause --json` prints. */
export type PauseAnswer = z.output<typeof pauseAnswer>;
