import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import type { RunView } from '../runs/run-view';
import { runName, stepName, target } from './common';

/** Who holds a build area, as its lock file says. */
const owner = z.object({
  pid: z.number(),
  host: z.string(),
  user: z.string(),
  client: z.string(),
  manifest: z.string(),
  /** Seconds since the epoch. */
  since: z.number(),
});

const lock = z.object({ kind: z.enum(['free', 'held', 'stale', 'remote']), owner: owner.optional() });

/** The checkpoint before one step; sizes in bytes, `undefined` where the file system cannot tell. */
export const snapshot = z.object({
  name: z.string(),
  id: z.string(),
  takenAt: z.number(),
  referenced: z.number().optional(),
  unique: z.number().optional(),
});

/** What the present says of a checkpoint: src-shared/checkpoints/staleness.ts. */
const freshness = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('current') }),
  z.object({ kind: z.literal('stale'), step: z.string(), reasons: z.array(z.string()) }),
  z.object({ kind: z.literal('unknown') }),
]);

/** A step of the manifest as saved, and the checkpoint before it. */
export const step = z.object({
  index: z.number(),
  step: z.string(),
  message: z.string(),
  resumable: z.boolean(),
  /** Why it cannot be resumed from, in the engine's words. */
  refusal: z.array(z.string()),
  snapshot: snapshot.nullable(),
  freshness: freshness.nullable(),
  /** The run that took the checkpoint. */
  run: z.string().nullable(),
  /** From this host's history; `null` when it has not succeeded yet. */
  expectedSeconds: z.number().nullable(),
});

/** A build that waits until the area is free. */
const queued = z.object({
  id: z.string(),
  resume: z.string().optional(),
  pause: z.string().optional(),
  /** Seconds since the epoch. */
  since: z.number(),
});

/** A build area, as the engine and main know it. */
export const area = z.object({
  /** When the build host was asked, by its clock, in seconds since the epoch: what happened later may be missing. */
  at: z.number(),
  kind: z.enum(['zfs', 'directory']),
  dataset: z.string().nullable(),
  path: z.string(),
  exists: z.boolean(),
  backend: z.string(),
  checkpointing: z.boolean(),
  freeBytes: z.number().nullable(),
  lock,
  latestResumable: z.string().nullable(),
  steps: z.array(step),
  /** Snapshots that no step of the manifest owns. */
  otherSnapshots: z.array(z.string()),
  /** Why this host cannot remove checkpoints; missing where it can. */
  noPrune: z.string().optional(),
  /** Why this host cannot move the pause of a build that runs; missing where it can. */
  noPauseWhileRunning: z.string().optional(),
  queue: z.array(queued),
});

/** A sentence, and what to do next. */
const trouble = z.object({ message: z.string(), hint: z.string().optional() });

const buildEvent = z.discriminatedUnion('kind', [
  /** The area as it is now. */
  z.object({ kind: z.literal('area'), area }),
  /** Runs, new or changed. Those that ended do not come again. Their shape is ours on both sides: src-shared/runs/run-view.ts. */
  z.object({ kind: z.literal('runs'), runs: z.array(z.custom<RunView>()) }),
  /** The area cannot be looked at, and why; an `area` event says that it can be again. */
  z.object({ kind: z.literal('trouble'), trouble }),
]);

const choice = { ...target, resume: stepName.optional(), pause: stepName.optional() };

/** Where a build begins and stops: names of steps. */
export interface BuildChoice {
  readonly resume?: string | undefined;
  readonly pause?: string | undefined;
}

/** What a build would do, as the engine plans it. */
export const plan = z.object({
  resume: z.string().nullable(),
  pause: z.string().nullable(),
  kept: z.array(z.string()),
  runs: z.array(z.object({ step: z.string(), expectedSeconds: z.number().nullable() })),
  /** Names of snapshots that will be gone. */
  discarded: z.array(z.string()),
  expectedSeconds: z.number().nullable(),
  /** The first step that would come out differently today, why, and the right point to resume from (`null`: from the beginning). */
  stale: z.object({ step: z.string(), reasons: z.array(z.string()), resumeFrom: z.string().nullable() }).nullable(),
  suggested: z.string().nullable(),
  spaceNeeded: z.number().nullable(),
  freeBytes: z.number().nullable(),
  backend: z.string(),
});

/** Builds of the manifest that a document's file holds, on a build host. All read the saved files, never the editor's text. */
export const builds = {
  /** The build area and all its runs as they are, then every change, until the caller goes. */
  watch: oc.input(z.object(target)).output(eventIterator(buildEvent)),
  /** What a build with this choice would do. A choice that the rules refuse is an error with the engine's words. */
  plan: oc.input(z.object(choice)).output(plan),
  /** Starts a build, or queues it while the area is taken. */
  start: oc.input(z.object(choice)).output(z.object({ run: z.string().optional(), queued: z.boolean() })),
  /** Takes a waiting build out of the queue. */
  unqueue: oc.input(z.object({ ...target, id: z.string() })),
  /** Moves the pause of the running build: before which step, or `null` for none. */
  pauseBefore: oc.input(z.object({ ...target, step: stepName.nullable() })),
  /** Stops the running build and everything it started; says what is left. Resolves when it has ended. */
  cancel: oc
    .input(z.object(target))
    .output(z.object({ step: z.string().nullable(), resumeFrom: z.string().nullable() })),
  /** What changed in scripts, arguments and values since the step last succeeded; `since` is missing when it never did. */
  changedSinceGood: oc
    .input(z.object({ ...target, run: runName, step: stepName }))
    .output(z.object({ since: z.string().optional(), changes: z.array(z.string()) })),
  /** What pruning would remove, and, with `remove`, does. */
  prune: oc.input(z.object({ ...target, stale: z.boolean(), from: stepName.optional(), remove: z.boolean() })).output(
    z.object({
      found: z.array(z.object({ name: z.string(), reason: z.string(), unique: z.number().optional() })),
      removed: z.array(z.string()),
    }),
  ),
};

/** What `builds.watch` tells. */
export type BuildEvent = z.output<typeof buildEvent>;
/** A build area as the window knows it. */
export type AreaView = z.output<typeof area>;
/** A step of an area, with the checkpoint before it. */
export type AreaStep = z.output<typeof step>;
/** What a build would do. */
export type PlanView = z.output<typeof plan>;
