import * as z from 'zod';

/** What `distro_const cancel --json` prints. */
export const cancelAnswer = z.object({
  step: z.string().nullable().describe('The step that ran; `null` between steps.'),
  resumeFrom: z.string().nullable().describe('The latest step to resume from; `null` without a checkpoint.'),
});

/** What `distro_const pause --json` prints. */
export const pauseAnswer = z.object({
  step: z.string().nullable().describe('The step that the build pauses before; `null`: it runs to its end.'),
});

/** What `distro_const cancel --json` prints. */
export type CancelAnswer = z.output<typeof cancelAnswer>;
/** What `distro_const pause --json` prints. */
export type PauseAnswer = z.output<typeof pauseAnswer>;
