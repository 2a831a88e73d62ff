import * as z from 'zod';
import type { CheckpointFreshness } from '../checkpoints/staleness';

/** Freshness of a checkpoint: `src-shared/checkpoints/staleness.ts`. */
export const freshness: z.ZodType<CheckpointFreshness> = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('current') }).describe('The steps before it would do the same again.'),
    z
      .object({ kind: z.literal('stale'), step: z.string(), reasons: z.array(z.string()) })
      .describe('A build would differ from `step` on; the reasons are sentences.'),
    z
      .object({
        kind: z.literal('unknown'),
        reason: z.string(),
        isUnrecorded: z
          .literal(true)
          .optional()
          .describe('Nothing is recorded of what the steps used. Only for the original command.'),
      })
      .describe('No difference is known, but something could not be compared; the reason is a sentence.'),
  ])
  .meta({ id: 'Freshness', description: 'How a checkpoint compares with the manifest, scripts and inputs of today.' });
