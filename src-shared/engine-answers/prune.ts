import * as z from 'zod';
import { removedLine } from './lines';

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
  lines: z
    .array(removedLine)
    .optional()
    .describe('With an option that chooses lines: those that would be removed, or were with `--yes`.'),
  packages: z
    .array(z.object({ name: z.string(), bytes: z.number(), reason: z.string() }))
    .optional()
    .describe('With `--packages`: stored package files that would be removed, or were with `--yes`.'),
  removedPackages: z.array(z.string()).optional().describe('Names and versions of those that were removed.'),
  removedLines: z.array(z.string()).optional().describe('Ids of the lines that were removed.'),
  kept: z
    .array(z.object({ name: z.string(), lines: z.array(z.string()) }))
    .optional()
    .describe('Snapshots that would be removed if lines did not share them, with the ids of these.'),
});

/** What `distro_const prune --json` prints. */
export type PruneAnswer = z.output<typeof pruneAnswer>;
