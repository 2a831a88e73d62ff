import * as z from 'zod';
import { freshness } from './freshness';
import { runView } from './run-view';
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
  /** `null` without a snapshot. */
  freshness: freshness.nullable(),
  /** The run that took the checkpoint; `null` when that is not recorded. */
  run: z.string().nullable(),
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
  }),
  backend: z.string(),
  checkpointing: z.boolean(),
  /** Free space for the account, in bytes; `null` before the area exists. */
  freeBytes: z.number().nullable(),
  lock,
  latestResumable: z.string().nullable(),
  steps: z.array(
    checkpointAnswer.extend({
      /** Median of the newest runs in which the step succeeded, in seconds; `null` when it has not succeeded yet. */
      expectedSeconds: z.number().nullable(),
    }),
  ),
  /** Snapshots that no step of the manifest owns. */
  otherSnapshots: z.array(z.string()),
  /** Oldest first, from the run given with `--since`. */
  runs: z.array(runView),
  /** Why this host cannot remove checkpoints; missing where it can. */
  noPrune: z.string().optional(),
  /** Why this host cannot move the pause of a running build; missing where it can. */
  noPauseWhileRunning: z.string().optional(),
});

/** What `distro_const status --json` prints. */
export type StatusAnswer = z.output<typeof statusAnswer>;
/** A step of the manifest as saved, and the checkpoint before it. */
export type CheckpointAnswer = z.output<typeof checkpointAnswer>;
