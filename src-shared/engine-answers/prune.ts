import * as z from 'zod';

/** What `distro_const prune --json` prints. */
export const pruneAnswer = z.object({
  wouldRemove: z
    .array(
      z.object({
        name: z.string(),
        reason: z.string(),
        referenced: z.number().optional(),
        unique: z.number().optional(),
      }),
    )
    .describe(
      'Snapshots that would be removed, or were with `--yes`, with the reason, the bytes that each refers to, and the bytes that removing it alone frees.',
    ),
  frees: z
    .number()
    .optional()
    .describe('Bytes that removing all of them frees, which is more than each alone; missing where that is not known.'),
  removed: z.array(z.string()).describe('Names of those that were removed.'),
});

/** What `distro_const prune --json` prints. */
export type PruneAnswer = z.output<typeof pruneAnswer>;
