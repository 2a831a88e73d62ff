import * as z from 'zod';
import type { Refusal } from '../checkpoints/rules';

/** Why a step cannot be resumed: `src-shared/checkpoints/rules.ts`. */
export const refusal: z.ZodType<Refusal> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('unknown-step'), designator: z.string() }),
  z.object({ kind: z.literal('no-checkpointing') }),
  z.object({ kind: z.literal('nothing-to-resume') }),
  z.object({ kind: z.literal('resume-too-late'), latest: z.number() }),
  z.object({ kind: z.literal('damaged') }),
  z.object({ kind: z.literal('inconsistent') }),
  z.object({ kind: z.literal('resume-not-before-pause') }),
]);
