import * as z from 'zod';
import type { Refusal } from '../checkpoints/rules';

/** Why a step cannot be resumed: `src-shared/checkpoints/rules.ts`. */
export const refusal: z.ZodType<Refusal> = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('unknown-step'), designator: z.string() }).describe('The manifest has no such step.'),
    z.object({ kind: z.literal('no-checkpointing') }).describe('The manifest does not enable checkpoints.'),
    z.object({ kind: z.literal('nothing-to-resume') }).describe('No step can be resumed.'),
    z
      .object({ kind: z.literal('resume-too-late'), latest: z.number() })
      .describe('The step lies after the last one that can be resumed, which has the index `latest`.'),
    z.object({ kind: z.literal('damaged') }).describe('The snapshot is damaged.'),
    z.object({ kind: z.literal('inconsistent') }).describe('The order of the snapshots is not the order of the steps.'),
    z
      .object({ kind: z.literal('resume-not-before-pause') })
      .describe('The step to resume does not lie before the step to pause at.'),
  ])
  .meta({ id: 'Refusal', description: 'Why a build cannot resume at a step.' });
