import * as z from 'zod';
import { area, plan, snapshot, step, type AreaView, type PlanView } from '../../src-shared/rpc/builds';
import type { RunView } from '../../src-shared/runs/run-view';
import { readAnswer } from '../hosts/read-answer';

// What the engine's `--json` documents hold, as far as the app uses them. Fields that it does not know are left out.

const status = z.object({
  ...area.omit({ kind: true, dataset: true, path: true, exists: true, steps: true, queue: true }).shape,
  area: area.pick({ kind: true, dataset: true, path: true, exists: true }),
  steps: z.array(z.object({ ...step.omit({ refusal: true }).shape, refusalLines: z.array(z.string()) })),
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
  const { area: where, runs, steps, ...rest } = readAnswer(status, answer);
  return {
    area: { ...where, ...rest, steps: steps.map(({ refusalLines: refusal, ...step }) => ({ ...step, refusal })) },
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
