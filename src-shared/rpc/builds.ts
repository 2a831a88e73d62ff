import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { linesAnswer, lineAnswer, switchAnswer } from '../engine-answers/lines';
import { planAnswer } from '../engine-answers/plan';
import { pruneAnswer } from '../engine-answers/prune';
import { runView } from '../engine-answers/run-view';
import { cancelAnswer } from '../engine-answers/running';
import { snapshot, snapshotSize } from '../engine-answers/snapshot';
import { statusAnswer } from '../engine-answers/status';
import { editedText, runName, stepName, target } from './common';
import { lineChange, lineId, linePrune } from './lines';

/** A step of the manifest as saved, and the checkpoint before it with its size. */
const step = statusAnswer.shape.steps.element.extend({ snapshot: snapshot.extend(snapshotSize.shape).nullable() });

/** A build that waits until the area is free. */
const queued = z.object({
  id: z.string(),
  resume: z.string().optional(),
  pause: z.string().optional(),
  adopt: z.boolean().optional(),
  fork: z.boolean().optional(),
  line: lineId.optional(),
  /** Seconds since the epoch. */
  since: z.number(),
});

/** A build area as the engine reports it, with the queue of main. */
const area = statusAnswer
  .omit({ area: true, runs: true, runningStep: true, lastRun: true, lastRunUnknown: true })
  .extend({
    ...statusAnswer.shape.area.shape,
    steps: z.array(step),
    queue: z.array(queued),
    /** Bytes that all checkpoints occupy; missing where that is not known. */
    used: z.number().optional(),
  });

/** What a step has read from the manifest. */
const stepRead = z.object({
  step: z.string(),
  /** Nodepaths, or keys of `key_value_pairs` where `isKey` is set. */
  reads: z.array(z.object({ request: z.string(), isKey: z.boolean() })),
});

/** A sentence, and what to do next. */
const trouble = z.object({ message: z.string(), hint: z.string().optional() });

const buildEvent = z.discriminatedUnion('kind', [
  /** The area as it is now. */
  z.object({ kind: z.literal('area'), area }),
  /** Runs, new or changed. Those that ended do not come again. */
  z.object({ kind: z.literal('runs'), runs: z.array(runView) }),
  /** The lines of checkpoints, the one of the build data first. A host that keeps none sends no such event. */
  z.object({ kind: z.literal('lines'), lines: linesAnswer.shape.lines }),
  /** Why the area cannot be read; a later `area` event ends this state. */
  z.object({ kind: z.literal('trouble'), trouble }),
]);

const choice = { ...target, resume: stepName.optional(), pause: stepName.optional() };

/** Names of the steps where a build starts and where it pauses. */
export interface BuildChoice {
  readonly resume?: string | undefined;
  readonly pause?: string | undefined;
  /** Whether the build may delete files of another program in its area. */
  readonly adopt?: boolean | undefined;
  /** Whether the build makes a line and keeps the present one. */
  readonly fork?: boolean | undefined;
  /** The id of the line whose checkpoint it resumes from. Another one than that of the build data is switched to first. */
  readonly line?: string | undefined;
}

/** Builds of the manifest that a document's file holds, on a build host. Calls without `source` read the saved files. */
export const builds = {
  /** The build area and all its runs, then every change, until the caller disconnects. */
  watch: oc.input(z.object(target)).output(eventIterator(buildEvent)),
  /** The present build area. Changes of the saved files that happened before the call are in it. */
  area: oc.input(z.object(target)).output(area),
  /** The build area as it would be if this text were saved. Nothing is written. */
  editedArea: oc.input(z.object({ ...target, source: editedText })).output(area),
  /**
   * What a build with this choice would do, of the saved files or of a text that is being edited. A choice that the rules refuse is an
   * error with the engine's message.
   */
  plan: oc.input(z.object({ ...choice, source: editedText.optional() })).output(planAnswer),
  /** Starts a build, or queues it while the area is taken. */
  start: oc
    .input(
      z.object({ ...choice, adopt: z.boolean().optional(), fork: z.boolean().optional(), line: lineId.optional() }),
    )
    .output(z.object({ run: z.string().optional(), queued: z.boolean() })),
  /** Removes a waiting build from the queue. */
  unqueue: oc.input(z.object({ ...target, id: z.string() })),
  /** Moves the pause of the running build: before which step, or `null` for none. */
  pauseBefore: oc.input(z.object({ ...target, step: stepName.nullable() })),
  /**
   * Stops the running build and everything it started; returns the processes that are left. Resolves when it has ended.
   */
  cancel: oc.input(z.object(target)).output(cancelAnswer),
  /**
   * What changed in scripts, arguments and values since the step last succeeded; `since` is missing when it never did. Where `isKnown` is
   * false, the runs have no record of what the step used.
   */
  changedSinceGood: oc
    .input(z.object({ ...target, run: runName, step: stepName }))
    .output(z.object({ since: z.string().optional(), changes: z.array(z.string()), isKnown: z.boolean() })),
  /** What each step has read when it last succeeded. Steps without a record of it are missing. */
  stepReads: oc.input(z.object(target)).output(z.object({ steps: z.array(stepRead) })),
  /** What pruning would remove, and, with `remove`, does. */
  prune: oc
    .input(z.object({ ...target, stale: z.boolean(), from: stepName.optional(), remove: z.boolean() }))
    .output(pruneAnswer),
  /** Makes a parked line the one of the build data. Nothing runs, and nothing is lost. */
  switchLine: oc.input(z.object({ ...target, line: lineId })).output(switchAnswer),
  /** Changes the name, the description or the pin of a line. */
  changeLine: oc.input(z.object({ ...target, line: lineId, change: lineChange })).output(lineAnswer),
  /** Which parked lines a rule removes, with the bytes that become free together, and, with `remove`, does. */
  pruneLines: oc.input(z.object({ ...target, rule: linePrune, remove: z.boolean() })).output(pruneAnswer),
};

/** Events of `builds.watch`. */
export type BuildEvent = z.output<typeof buildEvent>;
/** A build area as the window knows it. */
export type AreaView = z.output<typeof area>;
/** A line of checkpoints. */
export type Line = z.output<typeof linesAnswer>['lines'][number];
/** A step of an area, with the checkpoint before it. */
export type AreaStep = z.output<typeof step>;
/** What a step has read from the manifest. */
export type StepRead = z.output<typeof stepRead>;
