import * as z from 'zod';
import { freshness } from './freshness';

/** What `distro_const plan --json` prints: what a build with the same options would do. */
export const planAnswer = z.object({
  resume: z.string().nullable(),
  pause: z.string().nullable(),
  /** Steps whose results are kept. */
  kept: z.array(z.string()),
  runs: z.array(z.object({ step: z.string(), expectedSeconds: z.number().nullable() })),
  /** Names of snapshots that will be gone. */
  discarded: z.array(z.string()),
  expectedSeconds: z.number().nullable(),
  /** Freshness of the checkpoint that the build would resume from; `null` for a build from the beginning. */
  freshness: freshness.nullable(),
  /** The first step that would come out differently today, why, and the right point to resume from (`null`: from the beginning). */
  stale: z.object({ step: z.string(), reasons: z.array(z.string()), resumeFrom: z.string().nullable() }).nullable(),
  /** The recommended step to resume from; `null`: from the beginning. */
  suggested: z.string().nullable(),
  /** Bytes that the build data is expected to take; `null` when that is not known. */
  spaceNeeded: z.number().nullable(),
  freeBytes: z.number().nullable(),
  backend: z.string(),
});

/** What `distro_const plan --json` prints. */
export type PlanAnswer = z.output<typeof planAnswer>;
