import * as z from 'zod';

/** A checkpoint of a line. */
const lineCheckpoint = z.object({
  step: z.string().describe('The step before which it was taken.'),
  takenAt: z.number().describe('Seconds since the epoch.'),
  key: z
    .string()
    .nullable()
    .describe('Two checkpoints with one key have interchangeable trees. `null`: its history is not known.'),
});

/** What `distro_const lines --json` prints. */
export const linesAnswer = z.object({
  lines: z
    .array(
      z.object({
        id: z.string().describe('It never changes, and journals name it.'),
        name: z.string().describe('It is made from the reason for which the line began, and can be changed.'),
        description: z.string().describe('A text of the user.'),
        pinned: z.boolean().describe('Whether a prune that chooses lines automatically keeps it.'),
        active: z.boolean().describe('Whether it is the line of the build data.'),
        parent: z
          .object({ line: z.string(), step: z.string().nullable() })
          .nullable()
          .describe(
            'The line that it left, and the step after the checkpoint that both share (`null`: it began empty). `null` for the first line.',
          ),
        usedAt: z
          .number()
          .describe('When it was last the line of the build data, or became it, in seconds since the epoch.'),
        checkpoints: z.array(lineCheckpoint).describe('Those it shares with other lines included, in their order.'),
        outputs: z.number().describe('The number of its finished files.'),
        variant: z
          .string()
          .nullable()
          .optional()
          .describe(
            'The variant that builds on it; `null` for a line of the manifest itself. Missing in answers of older engines.',
          ),
        bytes: z
          .number()
          .nullable()
          .describe(
            'Bytes that removing the line frees; `null` for the line of the build data, and where they cannot be determined.',
          ),
      }),
    )
    .describe('The line of the build data first, the others from the latest used one on.'),
});

/** What `distro_const lines --json` prints. */
export type LinesAnswer = z.output<typeof linesAnswer>;

/** What `distro_const switch --json` prints. */
export const switchAnswer = z.object({
  line: z.string().describe('The line of the build data now.'),
  left: z.string().describe('The line that was parked; the same where nothing had to be done.'),
});

/** What `distro_const switch --json` prints. */
export type SwitchAnswer = z.output<typeof switchAnswer>;

/** A parked line that is removed, or would be. */
export const removedLine = z.object({
  id: z.string(),
  name: z.string(),
  reason: z.string().describe('Why it was chosen.'),
});

/** What `distro_const line --json` prints. */
export const lineAnswer = z.object({
  line: z.string().describe('The id of the line.'),
  name: z.string(),
  description: z.string(),
  pinned: z.boolean(),
});

/** What `distro_const line --json` prints. */
export type LineAnswer = z.output<typeof lineAnswer>;
