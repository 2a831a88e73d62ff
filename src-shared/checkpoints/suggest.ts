import type { CheckpointFreshness } from './staleness';

/** The fields of a step that a suggestion needs. */
export interface SuggestionStep {
  readonly step: string;
  /** By the rules of `build -r` (contract 2.5). */
  readonly resumable: boolean;
  readonly freshness: CheckpointFreshness | null;
}

/** The first stale step, the reasons, and a step to resume from instead (`null`: the beginning). */
export interface FirstStale {
  readonly step: string;
  readonly reasons: readonly string[];
  readonly resumeFrom: string | null;
}

/** Returns the first stale checkpoint among the resumable ones, and the latest of these that is current. */
export function firstStale(steps: readonly SuggestionStep[]): FirstStale | null {
  const candidates = steps.filter(({ resumable }) => resumable);
  for (const { freshness } of candidates) {
    if (freshness?.kind !== 'stale') continue;
    const right = candidates.filter((one) => one.freshness?.kind === 'current').at(-1);
    return { step: freshness.step, reasons: freshness.reasons, resumeFrom: right?.step ?? null };
  }
  return null;
}

/**
 * The recommended step to resume from: the latest current one where something is stale, else the latest; `null`: the beginning. A
 * checkpoint of which nothing is recorded is not recommended.
 */
export function suggestedStart(steps: readonly SuggestionStep[]): string | null {
  const stale = firstStale(steps);
  if (stale) return stale.resumeFrom;
  const isRecorded = ({ freshness }: SuggestionStep): boolean =>
    freshness?.kind !== 'unknown' || !freshness.isUnrecorded;
  return steps.filter((one) => one.resumable && isRecorded(one)).at(-1)?.step ?? null;
}
