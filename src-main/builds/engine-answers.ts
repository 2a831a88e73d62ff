import * as z from 'zod';
import type { AreaView, PlanView } from '../../src-shared/rpc/builds';
import type { RunView } from '../../src-shared/runs/run-view';
import { readAnswer } from '../hosts/read-answer';

// What the engine's `--json` documents hold, as far as the app uses them. Fields that it does not know are left out.

const size = { referenced: z.number().optional(), unique: z.number().optional() };
const snapshot = z.object({ name: z.string(), id: z.string(), takenAt: z.number(), ...size });
const freshness = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('current') }),
  z.object({ kind: z.literal('stale'), step: z.string(), reasons: z.array(z.string()) }),
  z.object({ kind: z.literal('unknown') }),
]);
const owner = z.object({
  pid: z.number(),
  host: z.string(),
  user: z.string(),
  client: z.string(),
  manifest: z.string(),
  since: z.number(),
});

const status = z.object({
  at: z.number(),
  area: z.object({
    kind: z.enum(['zfs', 'directory']),
    dataset: z.string().nullable(),
    path: z.string(),
    exists: z.boolean(),
  }),
  backend: z.string(),
  checkpointing: z.boolean(),
  freeBytes: z.number().nullable(),
  lock: z.object({ kind: z.enum(['free', 'held', 'stale', 'remote']), owner: owner.optional() }),
  latestResumable: z.string().nullable(),
  steps: z.array(
    z.object({
      index: z.number(),
      step: z.string(),
      message: z.string(),
      resumable: z.boolean(),
      refusalLines: z.array(z.string()),
      snapshot: snapshot.nullable(),
      freshness: freshness.nullable(),
      run: z.string().nullable(),
      expectedSeconds: z.number().nullable(),
    }),
  ),
  otherSnapshots: z.array(z.string()),
  runs: z.array(z.custom<RunView>((run) => typeof run === 'object' && run !== null && 'run' in run)),
});

const checkpoints = z.object({
  checkpoints: z.array(z.object({ snapshot: z.object({ id: z.string(), ...size }).nullable() })),
});

const plan = z.object({
  resume: z.string().nullable(),
  pause: z.string().nullable(),
  kept: z.array(z.string()),
  runs: z.array(z.object({ step: z.string(), expectedSeconds: z.number().nullable() })),
  discarded: z.array(z.string()),
  expectedSeconds: z.number().nullable(),
  stale: z.object({ step: z.string(), reasons: z.array(z.string()), resumeFrom: z.string().nullable() }).nullable(),
  suggested: z.string().nullable(),
  spaceNeeded: z.number().nullable(),
  freeBytes: z.number().nullable(),
  backend: z.string(),
});

const prune = z.object({
  wouldRemove: z.array(z.object({ name: z.string(), reason: z.string(), unique: z.number().optional() })),
  removed: z.array(z.string()),
});

const cancelled = z.object({ step: z.string().nullable(), resumeFrom: z.string().nullable() });

/** Sizes of a snapshot in bytes. */
export interface Size {
  readonly referenced?: number | undefined;
  readonly unique?: number | undefined;
}

/** The area and the runs that `status` tells of. */
export function readStatus(answer: unknown): { area: Omit<AreaView, 'queue'>; runs: readonly RunView[] } {
  const { area, runs, steps, ...rest } = readAnswer(status, answer);
  return {
    area: { ...area, ...rest, steps: steps.map(({ refusalLines: refusal, ...step }) => ({ ...step, refusal })) },
    runs,
  };
}

/** Sizes by snapshot id, as `checkpoints` tells them. */
export function readSizes(answer: unknown): ReadonlyMap<string, Size> {
  const found = readAnswer(checkpoints, answer).checkpoints.flatMap(({ snapshot: one }) => (one ? [one] : []));
  return new Map(found.map(({ id, ...sizes }) => [id, sizes]));
}

/** What `plan` says. */
export const readPlan = (answer: unknown): PlanView => readAnswer(plan, answer);
/** What `prune` found and removed. */
export const readPrune = (answer: unknown): z.output<typeof prune> => readAnswer(prune, answer);
/** What `cancel` left. */
export const readCancelled = (answer: unknown): z.output<typeof cancelled> => readAnswer(cancelled, answer);
