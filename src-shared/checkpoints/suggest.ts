import type { CheckpointFreshness } from './staleness';

/** A step as far as a suggestion needs to know it: whether the checkpoint before it is there, and what is known of it. */
export interface SuggestionStep {
  readonly step: string;
  readonly hasCheckpoint: boolean;
  readonly freshness: CheckpointFreshness | null;
}

/** The first step that would come out differently today, why, and the right point to resume from (`null`: from the beginning). */
export interface FirstStale {
  readonly step: string;
  readonly reasons: readonly string[];
  readonly resumeFrom: string | null;
}

/**
 * The first stale step among the steps whose checkpoints can be resumed from (architecture section 4). Its own checkpoint lies
 * before it, so that is the right point.
 *
 * @param latest name of the latest step that can be resumed from
 */
export function firstStale(steps: readonly SuggestionStep[], latest: string | null): FirstStale | null {
  const end = steps.findIndex(({ step }) => step === latest);
  for (const { freshness } of steps.slice(0, end + 1)) {
    if (freshness?.kind !== 'stale') continue;
    const { step, reasons } = freshness;
    const hasCheckpoint = steps.some((one) => one.step === step && one.hasCheckpoint);
    return { step, reasons, resumeFrom: hasCheckpoint ? step : null };
  }
  return null;
}

/** Where a build does well to begin: at the first stale step, else where the last one stopped; `null`: at the beginning. */
export function suggestedStart(steps: readonly SuggestionStep[], latest: string | null): string | null {
  const stale = firstStale(steps, latest);
  return stale ? stale.resumeFrom : latest;
}
