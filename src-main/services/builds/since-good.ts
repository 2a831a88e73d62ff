import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { executionDifferences } from '../../../src-shared/checkpoints/compare-runs';
import type { StepExecution } from '../../../src-shared/checkpoints/execution';
import { kindOfLine } from '../../../src-shared/journal/kind-of-line';
import { parseRecord } from '../../../src-shared/journal/records';
import type { Journals } from '../../build-hosts/build-host';

const CHUNK = 256 * 1024;

/**
 * What changed in what the steps of a failed run are made from, since a run in which the step succeeded.
 *
 * @param failed path of the failed run's journal
 * @param good paths of the journals of the good run and of those that made what it began with, the newest first
 */
export async function changesSinceGood(
  journals: Journals,
  step: string,
  failed: string,
  good: readonly string[],
): Promise<string[]> {
  const now = await executions(journals, failed);
  const then = new Map<string, StepExecution>();
  for (const journal of good)
    for (const [name, execution] of await executions(journals, journal)) if (!then.has(name)) then.set(name, execution);
  const differences: string[] = [];
  for (const [name, execution] of now) {
    const before = then.get(name);
    if (before) differences.push(...executionDifferences(before, execution));
    if (name === step) break;
  }
  return differences;
}

/** What shaped each step of a run, in the order in which they ran. */
async function executions(journals: Journals, journal: string): Promise<Map<string, StepExecution>> {
  const found = new Map<string, StepExecution>();
  for await (const line of createInterface({ input: Readable.from(pieces(journals, journal)), crlfDelay: Infinity })) {
    const record = kindOfLine(line) === 'step-finished' ? parseRecord(line) : undefined;
    if (record?.kind === 'step-finished' && record.execution) found.set(record.step, record.execution);
  }
  return found;
}

async function* pieces(journals: Journals, path: string): AsyncGenerator<Buffer> {
  for (let at = 0; ;) {
    const piece = await journals.readFile(path, at, CHUNK);
    if (piece.length === 0) return;
    at += piece.length;
    yield piece;
  }
}
