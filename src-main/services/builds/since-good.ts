import { join } from 'node:path';
import { executionDifferences } from '../../../src-shared/checkpoints/compare-runs';
import type { StepExecution } from '../../../src-shared/checkpoints/execution';
import type { RunView } from '../../../src-shared/runs/run-view';
import type { FollowedJournals } from '../../journals/followed-journal';
import { executions } from './executions';

/** What changed since a step last succeeded. */
export interface SinceGood {
  /** The run in which it did; missing when it never did. */
  readonly since?: string;
  readonly changes: string[];
  /** Whether there is a record of what the step and those before it used in both runs. Without it, no changes means nothing. */
  readonly isKnown: boolean;
}

/**
 * What changed in scripts, arguments and values of a run's steps since the given step last succeeded, in an earlier run.
 *
 * @param logs the folder of the journals
 * @param runs all runs of the area, oldest first
 */
export async function changedSinceGood(
  journals: FollowedJournals,
  logs: string,
  runs: readonly RunView[],
  { run, step }: { readonly run: string; readonly step: string },
): Promise<SinceGood> {
  const at = runs.findIndex((one) => one.run === run);
  const before = runs.slice(0, at).reverse();
  const good = before.findIndex(({ steps }) => steps.some((one) => one.step === step && one.outcome === 'done'));
  const since = before[good]?.run;
  // It may have succeeded in a run whose journal cannot be read.
  if (since === undefined) return { changes: [], isKnown: before.every(({ problem }) => problem === undefined) };
  // A resumed run has only its last steps. The earlier ones are in the runs before it, up to one that was not resumed.
  const first = before.findIndex(({ resume }, index) => index >= good && resume === null);
  const made = before.slice(good, first < 0 ? undefined : first + 1);
  const executionsOf = (one: string): Promise<Map<string, StepExecution> | undefined> =>
    executions(journals, join(logs, `${one}.jsonl`));

  const now = (await executionsOf(run)) ?? new Map<string, StepExecution>();
  const then = new Map<string, StepExecution>();
  let isGone = false;
  for (const one of made) {
    const recorded = await executionsOf(one.run);
    isGone ||= recorded === undefined;
    for (const [name, execution] of recorded ?? []) if (!then.has(name)) then.set(name, execution);
  }
  const changes: string[] = [];
  for (const [name, execution] of now) {
    const earlier = then.get(name);
    if (earlier) changes.push(...executionDifferences(earlier, execution));
    if (name === step) break;
  }
  return { since, changes, isKnown: now.has(step) && then.has(step) && !isGone };
}
