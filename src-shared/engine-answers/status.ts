import * as z from 'zod';
import { backend } from './backend';
import { freshness } from './freshness';
import { refusal } from './refusal';
import { recordedRun } from './run-view';
import { snapshot } from './snapshot';

/** The owner in the lock file of a build area. */
const lockOwner = z.object({
  pid: z.number(),
  startTime: z
    .string()
    .optional()
    .describe("When that process started, in the kernel's unit; `unknown` where it cannot be read cheaply."),
  bootId: z.string().optional().describe('The boot of the host that it belongs to.'),
  pidNamespace: z.string().optional().describe('The namespace in which `pid` is valid; missing from version 1.'),
  host: z.string(),
  user: z.string(),
  client: z.string().describe('What started the engine: `terminal`, or the name of the app.'),
  manifest: z.string().describe('Path of the manifest.'),
  since: z.number().describe('Seconds since the epoch.'),
  id: z
    .string()
    .optional()
    .describe('Unique to this holding of the lock. Missing from version 1 and from the original command.'),
  purpose: z.enum(['build', 'prune', 'lines']).optional().describe('Missing from version 1: a build.'),
  kernelLock: z.boolean().optional().describe('Whether the owner holds the kernel lock too; missing from version 1.'),
});

/** State of a build area's lock: `src-engine/area/lock-file.ts`. */
const lock = z.object({
  kind: z
    .enum(['free', 'held', 'stale', 'remote'])
    .describe(
      '`held`: a process holds it. `stale`: its process has ended without releasing it. `remote`: the owner is on another host.',
    ),
  owner: lockOwner.optional().describe('Missing when the lock is free, or its file cannot be read.'),
  damage: z.string().optional().describe('Why the lock file cannot be read, as a clause.'),
});

/** A step of the manifest as saved, and the checkpoint before it. */
export const checkpointAnswer = z.object({
  index: z.number().describe('From 0.'),
  step: z.string().describe('Name of the step.'),
  message: z.string().describe('The message that the manifest has for the step.'),
  resumable: z.boolean().describe('Whether `build -r` would accept the step.'),
  refusalLines: z
    .array(z.string())
    .describe('Why it would not: the lines that the engine prints. Empty when it would.'),
  snapshot: snapshot.nullable().describe('The snapshot before the step; `null` when there is none.'),
  refusal: refusal
    .nullable()
    .optional()
    .describe('The same for programs; `null` when it would. Missing in answers of the original command.'),
  freshness: freshness.nullable().describe('`null` without a snapshot.'),
  run: z.string().nullable().describe('The run that took the checkpoint; `null` when that is not recorded.'),
  line: z
    .string()
    .nullable()
    .optional()
    .describe('The line of checkpoints that it belongs to; `null` when that is not recorded.'),
  parent: z
    .string()
    .nullable()
    .optional()
    .describe('The key of the checkpoint before it; `null` when that is not recorded.'),
});

/** What `distro_const status --json` prints. */
export const statusAnswer = z.object({
  at: z
    .number()
    .describe('When the host was asked, by its clock, in seconds since the epoch. What happened later may be missing.'),
  area: z.object({
    kind: z.enum(['zfs', 'directory']),
    dataset: z.string().nullable().describe('`null` for a directory.'),
    path: z.string(),
    exists: z.boolean().describe('False before the first build.'),
    foreign: z
      .object({ count: z.number(), names: z.array(z.string()), hasLostRecords: z.boolean().optional() })
      .optional()
      .describe(
        'What a build would delete and neither Slipway nor the original made: the number, the first names as paths in the area, and whether the area has logs of builds whose records are gone. A build refuses such an area without `--adopt`. Missing when there is nothing.',
      ),
  }),
  backend,
  checkpointing: z.boolean().describe('Whether the manifest enables checkpoints.'),
  freeBytes: z.number().nullable().describe('Free space for the account, in bytes; `null` before the area exists.'),
  lock: lock.describe('The lock of the build area.'),
  latestResumable: z
    .string()
    .nullable()
    .describe('The last step that a build can resume from; `null` when there is none.'),
  runningStep: z
    .string()
    .nullable()
    .optional()
    .describe('The step of the newest run that started and has no recorded end; `null` when there is none.'),
  lastRun: recordedRun
    .nullable()
    .optional()
    .describe('The newest run, also with `--since`; `null` when there is none.'),
  lastRunUnknown: z
    .string()
    .nullable()
    .optional()
    .describe('A clause about a run whose journal is missing, when checkpoints show that there was one.'),
  steps: z
    .array(
      checkpointAnswer.extend({
        expectedSeconds: z
          .number()
          .nullable()
          .describe(
            'Median of the newest runs in which the step succeeded, in seconds; `null` when it has not succeeded yet.',
          ),
      }),
    )
    .describe('The steps of the manifest as saved, each with the checkpoint before it.'),
  otherSnapshots: z.array(z.string()).describe('Snapshots that no step of the manifest owns.'),
  runs: z.array(recordedRun).describe('Oldest first, from the run given with `--since`.'),
  noCheckpoints: z
    .string()
    .optional()
    .describe('Why this host takes no checkpoints here, where the manifest is not the reason.'),
  noPrune: z.string().optional().describe('Why this host cannot remove checkpoints; missing where it can.'),
  noLines: z
    .string()
    .optional()
    .describe('Why this host cannot keep what a resume discards; missing where it can keep it as a line.'),
  noPauseWhileRunning: z
    .string()
    .optional()
    .describe('Why this host cannot move the pause of a running build; missing where it can.'),
});

/** What `distro_const status --json` prints. */
export type StatusAnswer = z.output<typeof statusAnswer>;
/** A step of the manifest as saved, and the checkpoint before it. */
export type CheckpointAnswer = z.output<typeof checkpointAnswer>;
