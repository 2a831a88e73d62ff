import type { StepExecution } from '../../../src-shared/checkpoints/execution';
import { kindOfLine } from '../../../src-shared/journal/kind-of-line';
import { parseRecord } from '../../../src-shared/journal/records';
import { AppError } from '../../../src-shared/errors';
import type { FollowedJournals } from '../../journals/followed-journal';
import { linesOf } from '../../journals/lines';

/** The inputs of each step of a run, in the order in which the steps ran; `undefined` when its journal is gone. */
export async function executions(
  journals: FollowedJournals,
  journal: string,
): Promise<Map<string, StepExecution> | undefined> {
  const found = new Map<string, StepExecution>();
  const subscription = journals.subscribe(journal, {
    take(lines) {
      for (const bytes of linesOf(lines)) {
        if (kindOfLine(bytes) !== 'step-finished') continue;
        const record = parseRecord(bytes.toString('utf8'));
        if (record?.kind === 'step-finished' && record.execution) found.set(record.step, record.execution);
      }
    },
  });
  try {
    await subscription.readOn();
  } catch (error) {
    if (error instanceof AppError && error.code === 'missing') return undefined;
    throw error;
  } finally {
    subscription.close();
  }
  return found;
}
