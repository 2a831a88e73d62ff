import type { StepExecution } from './execution';
import { staleReasons, type PresentStep } from './fingerprint';
import type { BuildStep } from './model';

/**
 * What the present manifest and scripts say about a checkpoint that exists.
 *
 * - `current` every step before it would do the same again
 * - `stale`   from `step` on it would not; `reasons` say why
 * - `unknown` nobody recorded what the steps before it read (made by another engine)
 */
export type CheckpointFreshness =
  | { readonly kind: 'current' }
  | { readonly kind: 'stale'; readonly step: string; readonly reasons: readonly string[] }
  | { readonly kind: 'unknown' };

/**
 * Judges the checkpoint of step `index`: it lies BEFORE its step, so only the steps that ran before it count. Changing step
 * 5 leaves checkpoints up to 5 current and makes 6 and later stale (architecture section 4).
 *
 * @param history the executions recorded with the checkpoint, in order; `undefined` when there is no record
 */
export function checkpointFreshness(
  steps: readonly BuildStep[],
  index: number,
  history: readonly StepExecution[] | undefined,
  present: (index: number) => PresentStep,
): CheckpointFreshness {
  if (index === 0) return { kind: 'current' };
  if (!history) return { kind: 'unknown' };
  for (let i = 0; i < index; i++) {
    const past = history[i];
    const step = steps[i]?.name ?? '';
    if (!past) return { kind: 'stale', step, reasons: [`\`${step}\` has not run before this checkpoint`] };
    if (past.step !== step)
      return { kind: 'stale', step, reasons: [`\`${past.step}\` ran in the place of \`${step}\``] };
    const reasons = staleReasons(past, present(i));
    if (reasons.length > 0) return { kind: 'stale', step, reasons };
  }
  return { kind: 'current' };
}
