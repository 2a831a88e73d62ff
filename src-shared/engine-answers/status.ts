import * as z from 'zod';
import { freshness } from './freshness';
import { refusal } from './refusal';
import { recordedRun } from './run-view';
import { snapshot } from './snapshot';

/** The owner in the lock file of a build area. */
const lockOwner = z.object({
  pid: z.number(),
  host: z.string(),
  user: z.string(),
  client: z.string(),
  manifest: z.string(),
  /** Seconds since the epoch. */
  since: z.number(),
  /** Unique to this holding of the lock. Missing from version 1 and from the original command. */
  id: z.string().optional(),
  /** Missing from version 1: a build. */
  purpose: z.enum(['build', 'prune']).optional(),
});

/** State of a build area's lock: `src-engine/area/lock-file.ts`. */
const lock = z.object({
  kind: z.enum(['free', 'held', 'stale', 'remote']),
  owner: lockOwner.optional(),
  damage: z.string().optional(),
});

/** A step of the manifest as saved, and the checkpoint before it. */
const checkpointAnswer = z.object({
  index: z.number(),
  step: z.string(),
  message: z.string(),
  /** Whether `build -r` would accept the step. */
  resumable: z.boolean(),
  /** Why it would not: the lines that the engine prints. Empty when it would. */
  refusalLines: z.array(z.string()),
  snapshot: snapshot.nullable(),
  /** The same for programs; `null` when it would. Missing in answers of the original command. */
  refusal: refusal.nullable().optional(),
  /** `null` without a snapshot. */
  freshness: freshness.nullable(),
  /** The run that took the checkpoint; `null` when that is not recorded. */
  run: z.string().nullable(),
  /** The line of checkpoints that it belongs to, and the key of the checkpoint before it; `null` when that is not recorded. */
  line: z.string().nullable().optional(),
  parent: z.string().nullable().optional(),
});

/** What `distro_const status --json` prints. */
export const statusAnswer = z.object({
  /** When the host was asked, by its clock, in seconds since the epoch. What happened later may be missing. */
  at: z.number(),
  area: z.object({
    kind: z.enum(['zfs', 'directory']),
    dataset: z.string().nullable(),
    path: z.string(),
    exists: z.boolean(),
    /**
     * What a build would delete and neither Slipway nor the original made: the number, and the first names as paths in the area. A build
     * refuses such an area without `--adopt`. Missing when there is nothing.
     */
    foreign: z.object({ count: z.number(), names: z.array(z.string()) }).optional(),
  }),
  backend: z.string(),
  checkpointing: z.boolean(),
  /** Free space for the account, in bytes; `null` before the area exists. */
  freeBytes: z.number().nullable(),
  lock,
  latestResumable: z.string().nullable(),
  /** The step of the newest run that started and has no recorded end; `null` when there is none. */
  runningStep: z.string().nullable().optional(),
  /** The newest run, also with `--since`; `null` when there is none. */
  lastRun: recordedRun.nullable().optional(),
  /** A clause about a run whose journal is missing, when checkpoints show that there was one. */
  lastRunUnknown: z.string().nullable().optional(),
  steps: z.array(
    checkpointAnswer.extend({
      /** Median of the newest runs in which the step succeeded, in seconds; `null` when it has not succeeded yet. */
      expectedSeconds: z.number().nullable(),
    }),
  ),
  /** Snapshots that no step of the manifest owns. */
  otherSnapshots: z.array(z.string()),
  /** Oldest first, from the run given with `--since`. */
  runs: z.array(recordedRun),
  /** Why this host cannot remove checkpoints; missing where it can. */
  noPrune: z.string().optional(),
  /** Why this host cannot move the pause of a running build; missing where it can. */
  noPauseWhileRunning: z.string().optional(),
});

/** What `distro_const status --json` prints. */
export type StatusAnswer = z.output<typeof statusAnswer>;
/** A step of the manifest as saved, and the checkpoint before it. */
export type CheckpointAnswer = z.output<typeof checkpointAnswer>;
