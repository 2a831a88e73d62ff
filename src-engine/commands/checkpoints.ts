import type { CheckpointsAnswer } from '../../src-shared/engine-answers/checkpoints';
import type { CheckpointAnswer } from '../../src-shared/engine-answers/status';
import { BASELINE, checkpointName, stepOfSnapshot } from '../../src-shared/checkpoints/model';
import type { CheckpointFreshness } from '../../src-shared/checkpoints/staleness';
import { bytes, dateTimeWithSeconds } from '../../src-shared/format';
import { readCheckpointRecord } from '../area/checkpoint-records';
import { Freshness } from '../area/freshness';
import { CurrentState, type CurrentStateOptions } from '../area/current-state';
import type { BackendKind, Snapshot, SnapshotSize } from '../snapshots/backend';
import { factsOf } from '../snapshots/backends';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { resumeAnswer, resumeRemedy, type AreaContext } from './context';
import { inspect } from './inspect';
import { printAnswer, printLines } from './print';

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
  const found = await inspect(positionals[0] ?? '', (inspection) => describeAll(inspection.useAll()), undefined, {
    extent: 'all',
  });
  if (values.json) {
    printAnswer<CheckpointsAnswer>(found);
    return 0;
  }
  printLines([
    'Before step    Taken               Size       Alone      State',
    ...found.checkpoints.map((one) => row(one, found.backend)),
  ]);
  for (const { name } of found.otherSnapshots)
    printLines([`${stepOfSnapshot(name) ?? name}: not a step of this manifest`]);
  if (found.used !== undefined) printLines([`Checkpoints use ${bytes(found.used)}.`]);
  return 0;
}

async function describeAll(context: AreaContext) {
  const { file, area, backend, snapshots } = context;
  const steps = file.manifest.steps;
  const rows = [];
  for (const row of await describeCheckpoints(context, { asksServers: true }))
    rows.push({ ...row, snapshot: row.snapshot && { ...row.snapshot, ...(await backend.size(row.snapshot.name)) } });
  const known = new Set([BASELINE, ...steps.map(({ name }) => checkpointName(name))]);
  const others = snapshots.filter(({ name }) => !known.has(name));
  const used = await backend.used?.();
  return {
    area: area.mountpoint,
    backend: backend.kind,
    ...(used !== undefined && { used }),
    checkpoints: rows,
    otherSnapshots: others,
  };
}

/** Returns the state of each step of the manifest, without sizes, because measuring can be slow. */
export async function describeCheckpoints(
  context: AreaContext,
  options: CurrentStateOptions,
  current = new CurrentState(context.area, context.file, options),
): Promise<CheckpointAnswer[]> {
  const { file, area, snapshots } = context;
  const rows = file.manifest.steps.map(({ index, name, message }) => {
    const snapshot = snapshots.find((one) => one.name === checkpointName(name)) ?? null;
    return { index, step: name, message, snapshot };
  });
  const taken = rows.filter(({ snapshot }) => snapshot !== null);
  const freshness = await new Freshness(area, file, options, area, current).of(taken.map(({ index }) => index));
  return Promise.all(
    rows.map(async (row): Promise<CheckpointAnswer> => {
      const answer = resumeAnswer(context, row.index);
      const remedy = resumeRemedy(context, answer);
      const known = row.snapshot && readCheckpointRecord(area, row.step);
      const record = known && 'record' in known ? known.record : undefined;
      return {
        index: row.index,
        step: row.step,
        message: row.message,
        snapshot: row.snapshot,
        resumable: answer.ok,
        refusal: answer.ok ? null : answer.refusal,
        refusalLines: answer.ok ? [] : [...answer.lines, ...(remedy === undefined ? [] : [remedy])],
        freshness: freshness.get(row.index) ?? null,
        run: record?.run ?? null,
        line: record?.line ?? null,
        parent: record?.parent ?? null,
      };
    }),
  );
}

interface Row {
  readonly step: string;
  readonly snapshot:
    (Omit<Snapshot, 'damage' | 'guid'> & SnapshotSize & { readonly damage?: string | undefined }) | null;
  readonly freshness: CheckpointFreshness | null;
}

/**
 * Where the size of one checkpoint depends on the build data of the moment, the table has only the sum of all; `prune`
 * names what it frees.
 */
function row({ step, snapshot, freshness }: Row, backend: BackendKind): string {
  const damage = snapshot?.damage;
  if (!snapshot) return `${step.padEnd(14)} no checkpoint`;
  return [
    step.padEnd(14),
    dateTimeWithSeconds(new Date(snapshot.takenAt * 1000)),
    bytes(snapshot.referenced).padEnd(10),
    (factsOf(backend).hasMovingSizes ? '?' : snapshot.unique === 0 ? 'nothing' : bytes(snapshot.unique)).padEnd(10),
    damage === undefined ? state(freshness) : `damaged: ${damage}`,
  ].join(' ');
}

function state(freshness: Row['freshness']): string {
  switch (freshness?.kind) {
    case 'stale':
      return `stale: ${freshness.reasons.join('; ')}`;
    case 'unknown':
      return `freshness unknown: ${freshness.reason}`;
    default:
      return 'current';
  }
}
