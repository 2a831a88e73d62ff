import { duration, roughDuration } from '../../../../src-shared/format';
import type { RunView } from '../../../../src-shared/runs/run-view';

/** One step of a bar. */
export interface BarStep {
  readonly step: string;
  readonly kind: 'done' | 'kept' | 'failed' | 'running' | 'stopped' | 'planned';
  readonly text: string;
  /** Width relative to the others. */
  readonly weight: number;
}

/** The widest segment is this many times as wide as the narrowest, so that short steps stay legible. */
const MAX_WEIGHT = 2;

/** Returns the steps of a run, with those that it kept and those that it did not reach. */
export function stepsOfRun(run: RunView, now: number): BarStep[] {
  const ran = new Map(run.steps.map((step) => [step.step, step]));
  const planned = run.planned.length > 0 ? run.planned : run.steps.map(({ step }) => ({ name: step, kept: false }));
  const longest = Math.max(1, ...run.steps.map(({ seconds = 0 }) => seconds));
  return planned.map(({ name, kept }): BarStep => {
    const step = ran.get(name);
    const weight = 1 + (MAX_WEIGHT - 1) * ((step?.seconds ?? 0) / longest);
    if (!step) return { step: name, kind: kept ? 'kept' : 'planned', text: kept ? 'kept' : 'not run', weight: 1 };
    switch (step.outcome) {
      case 'done':
        return { step: name, kind: 'done', text: duration(step.seconds), weight };
      case 'failed':
        return { step: name, kind: 'failed', text: 'failed', weight };
      case 'running':
        return { step: name, kind: 'running', text: duration(Math.max(0, now - step.startedAt)), weight };
      default:
        return { step: name, kind: 'stopped', text: step.outcome === 'cancelled' ? 'stopped' : step.outcome, weight };
    }
  });
}

/** Returns the steps of a build that has not run, with their expected times where these are known. */
export function plannedSteps(
  steps: readonly { readonly step: string; readonly expectedSeconds: number | null }[],
): BarStep[] {
  return steps.map(({ step, expectedSeconds }) => ({
    step,
    kind: 'planned',
    text: expectedSeconds === null ? 'not run yet' : `~${roughDuration(expectedSeconds)}`,
    weight: 1,
  }));
}
