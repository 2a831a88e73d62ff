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

/** A run as its journal describes it: `src-shared/runs/run-view.ts`. */
export const runView: z.ZodType<RunView> = z.object({
  run: z.string(),
  state: z.enum([...outcome.options, 'running', 'interrupted']),
  client: z.string().exactOptional(),
  pid: z.number().exactOptional(),
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
