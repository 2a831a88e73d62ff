import type { CheckpointsAnswer } from '../../src-shared/engine-answers/checkpoints';
import { BASELINE, checkpointName, stepOfSnapshot } from '../../src-shared/checkpoints/model';
import type { CheckpointFreshness } from '../../src-shared/checkpoints/staleness';
import { bytes } from '../../src-shared/format';
import { readCheckpointRecord } from '../area/checkpoint-records';
import { freshnessOf } from '../area/freshness';
import type { Snapshot, SnapshotSize } from '../snapshots/backend';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { resumeAnswer, type AreaContext } from './context';
import { inspect } from './inspect';
import { dateTime, printAnswer, printLines } from './print';

const OPTIONS = { json: JSON_OPTION } as const satisfies OptionTable;

export const checkpointsCommand = defineCommand({
  name: 'checkpoints',
  summary: 'each checkpoint, and whether it still fits the manifest',
  usage: ['[--json] MANIFEST'],
  description: [
    'Prints the checkpoint of each step with its size and time, and whether it still fits the manifest and why not.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const found = await inspect(positionals[0] ?? '', (inspection) => describeAll(inspection.useAll()));
  if (values.json) {
    printAnswer<CheckpointsAnswer>(found);
    return 0;
  }
  printLines(['Before step    Taken               Size       Alone      State', ...found.checkpoints.map(row)]);
  for (const { name } of found.otherSnapshots)
    printLines([`${stepOfSnapshot(name) ?? name}: not a step of this manifest`]);
  return 0;
}

async function describeAll(context: AreaContext) {
  const { file, area, backend, snapshots } = context;
  const steps = file.manifest.steps;
  const rows = [];
  for (const { index } of steps) {
    const row = await describeCheckpoint(context, index);
    rows.push({ ...row, snapshot: row.snapshot && { ...row.snapshot, ...(await backend.size(row.snapshot.name)) } });
  }
  const known = new Set([BASELINE, ...steps.map(({ name }) => checkpointName(name))]);
  const others = snapshots.filter(({ name }) => !known.has(name));
  return { area: area.mountpoint, backend: backend.kind, checkpoints: rows, otherSnapshots: others };
}

/** All that is known of the checkpoint before one step, except its size, which may take long to find out. */
export async function describeCheckpoint(context: AreaContext, index: number) {
  const { file, area, snapshots } = context;
  const steps = file.manifest.steps;
  const { name: step = '', message = '' } = steps[index] ?? {};
  const snapshot = snapshots.find(({ name }) => name === checkpointName(step));
  const answer = resumeAnswer(context, index);
  const record = snapshot && (await readCheckpointRecord(area, step));
  return {
    index,
    step,
    message,
    resumable: answer.ok,
    refusal: answer.ok ? null : answer.refusal,
    refusalLines: answer.ok ? [] : answer.lines,
    snapshot: snapshot ?? null,
    freshness: snapshot ? await freshnessOf(area, file, index) : null,
    run: record?.run ?? null,
    line: record?.line ?? null,
    parent: record?.parent ?? null,
  };
}

interface Row {
  readonly step: string;
  readonly snapshot: (Snapshot & SnapshotSize) | null;
  readonly freshness: CheckpointFreshness | null;
}

function row({ step, snapshot, freshness }: Row): string {
  if (!snapshot) return `${step.padEnd(14)} no checkpoint`;
  return [
    step.padEnd(14),
    dateTime(snapshot.takenAt),
    bytes(snapshot.referenced).padEnd(10),
    (snapshot.unique === 0 ? 'nothing' : bytes(snapshot.unique)).padEnd(10),
    state(freshness),
  ].join(' ');
}

function state(freshness: Row['freshness']): string {
  switch (freshness?.kind) {
    case 'stale':
      return `stale: ${freshness.reasons.join('; ')}`;
    case 'unknown':
      return 'not known (made by another engine)';
    default:
      return 'current';
  }
}
