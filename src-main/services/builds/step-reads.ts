import { join } from 'node:path';
import type { StepRead } from '../../../src-shared/rpc/builds';
import type { RunView } from '../../../src-shared/runs/run-view';
import type { FollowedJournals } from '../../journals/followed-journal';
import { executions } from './executions';

/** A step that has not succeeded in this many runs has no known reads. */
const MAX_RUNS = 20;

/**
 * What each step has read from the manifest when it last succeeded, in the order of the names. A step without a record is missing.
 *
 * @param logs the folder of the journals
 * @param runs all runs of the area, oldest first
 * @param steps names of the steps of the manifest
 */
export async function stepReads(
  journals: FollowedJournals,
  logs: string,
  runs: readonly RunView[],
  steps: readonly string[],
): Promise<StepRead[]> {
  const missing = new Set(steps);
  const found = new Map<string, StepRead>();
  const recent = runs.filter(({ state }) => state !== 'running').slice(-MAX_RUNS);
  for (const { run, steps: ran } of recent.reverse()) {
    if (missing.size === 0) break;
    if (!ran.some(({ step, outcome }) => outcome === 'done' && missing.has(step))) continue;
    for (const [step, { outcome, reads }] of (await executions(journals, join(logs, `${run}.jsonl`))) ?? []) {
      if (outcome !== 'done' || !missing.delete(step)) continue;
      found.set(step, { step, reads: reads.map(({ request, isKey }) => ({ request, isKey })) });
    }
  }
  return steps.flatMap((step) => found.get(step) ?? []);
}
