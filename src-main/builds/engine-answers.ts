import * as z from 'zod';
import { freshness, owner, plan, snapshot, type AreaView, type PlanView } from '../../src-shared/rpc/builds';
import type { RunView } from '../../src-shared/runs/run-view';
import { readAnswer } from '../hosts/read-answer';

// What the engine's `--json` documents hold, as far as the app uses them. Fields that it does not know are left out.

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

const checkpoints = z.object({ checkpoints: z.array(z.object({ snapshot: snapshot.nullable() })) });

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
  return new Map(found.map(({ id, referenced, unique }) => [id, { referenced, unique }]));
}

/** What `plan` says. */
export const readPlan = (answer: unknown): PlanView => readAnswer(plan, answer);
/** What `prune` found and removed. */
export const readPrune = (answer: unknown): z.output<typeof prune> => readAnswer(prune, answer);
/** What `cancel` left. */
export const readCancelled = (answer: unknown): z.output<typeof cancelled> => readAnswer(cancelled, answer);
