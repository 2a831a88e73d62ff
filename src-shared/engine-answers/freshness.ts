import * as z from 'zod';
import type { CheckpointFreshness } from '../checkpoints/staleness';

/** Freshness of a checkpoint: `src-shared/checkpoints/staleness.ts`. */
export const freshness: z.ZodType<CheckpointFreshness> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('current') }),
  z.object({ kind: z.literal('stale'), step: z.string(), reasons: z.array(z.string()) }),
  z.object({ kind: z.literal('unknown'), reason: z.string() }),
]);
