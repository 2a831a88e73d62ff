import type { CheckpointFreshness } from './staleness';

/** A step as far as a suggestion needs it: whether a build may resume from it, and how fresh the checkpoint before it is. */
export interface SuggestionStep {
  readonly step: string;
  /** By the rules of `build -r` (contract 2.5). */
  readonly resumable: boolean;
  readonly freshness: CheckpointFreshness | null;
}

/** The first step that would come out differently today, why, and the right point to resume from (`null`: from the beginning). */
export interface FirstStale {
  readonly step: string;
  readonly reasons: readonly string[];
  readonly resumeFrom: string | null;
}

/** The first stale checkpoint among those that a build may resume from, and the latest of them that is current. */
export function firstStale(steps: readonly SuggestionStep[]): FirstStale | null {
  const candidates = steps.filter(({ resumable }) => resumable);
  for (const { freshness } of candidates) {
    if (freshness?.kind !== 'stale') continue;
    const right = candidates.filter((one) => one.freshness?.kind === 'current').at(-1);
    return { step: freshness.step, reasons: freshness.reasons, resumeFrom: right?.step ?? null };
  }
  return null;
}

/** The recommended step to resume from: the latest current one where something is stale, else the latest; `null`: the beginning. */
export function suggestedStart(steps: readonly SuggestionStep[]): string | null {
  const stale = firstStale(steps);
  return stale ? stale.resumeFrom : (steps.filter(({ resumable }) => resumable).at(-1)?.step ?? null);
}
