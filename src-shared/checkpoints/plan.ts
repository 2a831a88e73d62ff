import { BASELINE, type StepRange, type BuildStep, checkpointName } from './model';

/** One thing the engine will do, in order. `step` is an index into the steps. */
export type PlannedAction =
  | { readonly kind: 'clean' }
  | { readonly kind: 'roll-back'; readonly step: number }
  | { readonly kind: 'checkpoint'; readonly step: number }
  | { readonly kind: 'run'; readonly step: number }
  | { readonly kind: 'pause'; readonly step: number };

/** What a build will do: `plan` and the window show it, the engine follows it. */
export interface BuildPlan {
  readonly actions: readonly PlannedAction[];
  /** Steps whose result is kept: they ran before the checkpoint that the build resumes from. */
  readonly kept: readonly number[];
  /** Steps that will run. */
  readonly runs: readonly number[];
  /** Names of the snapshots that will be gone afterwards (a snapshot that is taken again is discarded first). */
  readonly discarded: readonly string[];
}

/**
 * Plans a build (contract 2.3).
 *
 * A fresh build cleans; a resume rolls back to the checkpoint of its step and takes no new one there; each later step gets a
 * checkpoint immediately BEFORE it runs; the pause step gets its checkpoint and does not run.
 *
 * @param checkpointing whether this build takes checkpoints at all (contract 2.9)
 * @param snapshots names of all snapshots of the build data in the order in which they were taken
 */
export function planBuild(
  steps: readonly BuildStep[],
  { resume, pause }: StepRange,
  checkpointing: boolean,
  snapshots: readonly string[] = [],
): BuildPlan {
  const actions: PlannedAction[] = [resume === undefined ? { kind: 'clean' } : { kind: 'roll-back', step: resume }];
  const runs: number[] = [];
  for (let step = resume ?? 0; step < steps.length; step++) {
    if (checkpointing && step !== resume) actions.push({ kind: 'checkpoint', step });
    if (step === pause) {
      actions.push({ kind: 'pause', step });
      break;
    }
    actions.push({ kind: 'run', step });
    runs.push(step);
  }
  return {
    actions,
    runs,
    kept: steps.slice(0, resume ?? 0).map((_, i) => i),
    discarded: discards(steps, resume, snapshots),
  };
}

/**
 * A rollback destroys every newer snapshot, foreign ones included (contract 2.7). Without the baseline the build data
 * are replaced, with all their snapshots.
 */
function discards(steps: readonly BuildStep[], resume: number | undefined, snapshots: readonly string[]): string[] {
  const target = resume === undefined ? BASELINE : checkpointName(steps[resume]?.name ?? '');
  const at = snapshots.indexOf(target);
  return snapshots.slice(at + 1);
}
