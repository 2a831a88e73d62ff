import * as z from 'zod';
import type { RunView } from '../runs/run-view';

const outcome = z.enum(['done', 'failed', 'paused', 'cancelled']);

const runStep = z.object({
  step: z.string(),
  index: z.number(),
  outcome: z.enum(['running', 'done', 'failed', 'cancelled', 'interrupted']),
  startedAt: z.number(),
  seconds: z.number().exactOptional(),
  exit: z.number().exactOptional(),
  signal: z.string().exactOptional(),
});

const fields = z.object({
  run: z.string(),
  state: z.enum([...outcome.options, 'running', 'interrupted']),
  client: z.string().exactOptional(),
  pid: z.number().exactOptional(),
  lock: z.string().exactOptional(),
  host: z.string().exactOptional(),
  startedAt: z.number().exactOptional(),
  endedAt: z.number().exactOptional(),
  seconds: z.number().exactOptional(),
  exitCode: z.number().exactOptional(),
  manifest: z.string().exactOptional(),
  backend: z.string().exactOptional(),
  planned: z.array(z.object({ index: z.number(), name: z.string(), message: z.string(), kept: z.boolean() })),
  resume: z.string().nullable(),
  pause: z.string().nullable(),
  steps: z.array(runStep),
  checkpoints: z.array(z.string()),
  pausedBefore: z.string().exactOptional(),
  cancelledBy: z.string().exactOptional(),
  isUnderWay: z.boolean(),
});

/** A run as its journal describes it: `src-shared/runs/run-view.ts`. */
export const runView: z.ZodType<RunView> = fields;

/** A run, and where it is recorded. */
export interface RecordedRun extends RunView {
  /** Path of its journal on the host. Missing in answers of the original command. */
  readonly journal?: string;
  /** Why the journal cannot be read. Then nothing else is known of the run. */
  readonly problem?: string;
}

/** A run, and where it is recorded. */
export const recordedRun: z.ZodType<RecordedRun> = fields.extend({
  journal: z.string().exactOptional(),
  problem: z.string().exactOptional(),
});
