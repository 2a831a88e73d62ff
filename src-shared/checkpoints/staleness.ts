import type { StepExecution } from './execution';
import type { BuildStep } from './model';
import { stepDifferences, type CurrentStep } from './step-differences';

/**
 * How a checkpoint that exists compares with the present manifest, scripts and inputs.
 *
 * - `current` the same steps ran before it, and each would do the same again
 * - `stale`   from `step` on a build would differ; `reasons` are sentences
 * - `unknown` nothing is known to differ, but something is not known; `reason` is a sentence. With `isUnrecorded` nothing was compared
 */
export type CheckpointFreshness =
  | { readonly kind: 'current' }
  | { readonly kind: 'stale'; readonly step: string; readonly reasons: readonly string[] }
  | { readonly kind: 'unknown'; readonly reason: string; readonly isUnrecorded?: true | undefined };

/** What ran before a checkpoint, or why that is not known. */
export type CheckpointPast = { readonly history: readonly StepExecution[] } | { readonly unknown: string };

/**
 * Judges the checkpoint of step `index`. It lies BEFORE its step, so only the steps that ran before it count. Changing step 5
 * leaves checkpoints up to 5 current and makes 6 and later stale (architecture section 4).
 *
 * The whole history counts: the same steps under the same names, in the same order, and not one more.
 *
 * @param present the step of the given index as it would run now
 */
export function checkpointFreshness(
  steps: readonly BuildStep[],
  index: number,
  past: CheckpointPast,
  present: (index: number) => CurrentStep,
): CheckpointFreshness {
  if ('unknown' in past) return { kind: 'unknown', reason: past.unknown };
  const { history } = past;
  let unknown: string | undefined;
  for (let i = 0; i < Math.max(index, history.length); i++) {
    const execution = history[i];
    const expected = i < index ? steps[i]?.name : undefined;
    if (execution === undefined || execution.step !== expected)
      return {
        kind: 'stale',
        step: steps[Math.min(i, index)]?.name ?? '',
        reasons: orderReasons(steps, index, execution?.step, expected, history),
      };
    const found = stepDifferences(execution, present(i));
    if (found.stale.length > 0) return { kind: 'stale', step: expected, reasons: found.stale };
    unknown ??= found.unknown[0];
  }
  return unknown === undefined ? { kind: 'current' } : { kind: 'unknown', reason: unknown };
}

/**
 * The sentences about the first place where the steps that ran are not the steps of the manifest.
 *
 * @param ran the step that ran there, if any
 * @param expected the step that the manifest has there, if it lies before the checkpoint
 */
function orderReasons(
  steps: readonly BuildStep[],
  index: number,
  ran: string | undefined,
  expected: string | undefined,
  history: readonly StepExecution[],
): string[] {
  const reasons: string[] = [];
  if (ran !== undefined) {
    const at = steps.findIndex(({ name }) => name === ran);
    if (at < 0) reasons.push(`\`${ran}\` ran before this checkpoint and is no longer a step`);
    else if (at >= index) reasons.push(`\`${ran}\` ran before this checkpoint and comes after it now`);
  }
  if (expected !== undefined && !history.some(({ step }) => step === expected))
    reasons.push(`\`${expected}\` did not run before this checkpoint`);
  if (reasons.length === 0)
    reasons.push(`the order of steps has changed: \`${ran}\` ran in the place of \`${expected}\``);
  return reasons;
}
