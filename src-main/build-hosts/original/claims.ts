import { checkpointName } from '../../../src-shared/checkpoints/model';
import type { RunView } from '../../../src-shared/runs/run-view';
import type { StockSnapshot } from './area';

/** Logs and snapshots have times in whole seconds. */
const ACCURACY_SECONDS = 1;

/**
 * Compares the checkpoints that the newest run claims to have taken with the snapshots. The original ignores the failures of its helpers
 * (contract 9, 1 and 2): a snapshot that is older than the run was not taken by it, and the run has failed.
 */
export function checkClaims(run: RunView, snapshots: readonly StockSnapshot[]): RunView {
  const { startedAt } = run;
  if (startedAt === undefined) return run;
  const isFalse = (step: string): boolean => {
    const snapshot = snapshots.find(({ name }) => name === checkpointName(step));
    return snapshot !== undefined && snapshot.takenAt < startedAt - ACCURACY_SECONDS;
  };
  if (!run.checkpoints.some(isFalse)) return run;
  const checkpoints = run.checkpoints.filter((step) => !isFalse(step));
  const hasEnded = run.state === 'done' || run.state === 'paused';
  return { ...run, checkpoints, ...(hasEnded && { state: 'failed', exitCode: 1 }) };
}
