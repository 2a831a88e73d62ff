import * as z from 'zod';
import type { RunView } from '../runs/run-view';

const outcome = z.enum(['done', 'failed', 'paused', 'cancelled']);

const runStep = z
  .object({
    step: z.string(),
    index: z.number(),
    outcome: z.enum(['running', 'done', 'failed', 'cancelled', 'interrupted']),
    startedAt: z.number(),
    seconds: z.number().exactOptional(),
    exit: z.number().exactOptional(),
    signal: z.string().exactOptional(),
  })
  .meta({ id: 'RunStep' });

const plannedStep = z
  .object({ index: z.number(), name: z.string(), message: z.string(), kept: z.boolean() })
  .meta({ id: 'PlannedStep' });

const fields = z.object({
  run: z.string().describe('Name of the run.'),
  state: z
    .enum([...outcome.options, 'running', 'interrupted'])
    .describe('`interrupted`: its process is gone and there is no exit record.'),
  client: z.string().exactOptional().describe('The program that started it: `terminal`, or the app.'),
  pid: z.number().exactOptional(),
  lock: z.string().exactOptional().describe("Id of the area's lock that its engine holds; missing from version 1."),
  host: z.string().exactOptional(),
  startedAt: z.number().exactOptional().describe('Seconds since the epoch.'),
  endedAt: z.number().exactOptional().describe('Seconds since the epoch.'),
  seconds: z.number().exactOptional().describe('How long it took.'),
  exitCode: z.number().exactOptional(),
  manifest: z.string().exactOptional().describe('Path of the manifest.'),
  backend: z.string().exactOptional(),
  line: z.string().exactOptional().describe('The id of the line that it built; missing before that is recorded.'),
  parent: z
    .string()
    .exactOptional()
    .describe('Where that line left another one, as `LINE@STEP`; missing for the first line.'),
  planned: z.array(plannedStep).describe('The steps as they were planned; those that are `kept` were not run.'),
  resume: z.string().nullable().describe('The step it resumed at; `null` for a build from the beginning.'),
  pause: z.string().nullable().describe('The step it pauses before: as planned, or as requested while it ran.'),
  steps: z.array(runStep).describe('The steps that it started.'),
  checkpoints: z.array(z.string()).describe('Steps before which this run took a checkpoint.'),
  pausedBefore: z.string().exactOptional().describe('The step it paused before.'),
  cancelledBy: z.string().exactOptional().describe('The signal that cancelled it.'),
  isUnderWay: z
    .boolean()
    .describe('Whether the run has rolled back or emptied the build data; before that it has changed nothing.'),
  problem: z.string().exactOptional().describe('Why the journal cannot be read. The other fields are then unknown.'),
});

/** A run as its journal describes it: `src-shared/runs/run-view.ts`. */
export const runView: z.ZodType<RunView> = fields;

/** A run, and where it is recorded. */
export interface RecordedRun extends RunView {
  /** Path of its journal on the host. Missing in answers of the original command. */
  readonly journal?: string;
}

/** A run, and where it is recorded. */
export const recordedRun: z.ZodType<RecordedRun> = fields
  .extend({
    journal: z
      .string()
      .exactOptional()
      .describe('Path of its journal on the host. Missing in answers of the original command.'),
  })
  .meta({ id: 'Run', description: 'A run as its journal describes it.' });
