import type { StatusAnswer } from '../../src-shared/engine-answers/status';
import { statfsSync } from 'node:fs';
import { BASELINE, stepOfSnapshot } from '../../src-shared/checkpoints/model';
import { latestAccepted } from '../../src-shared/checkpoints/rules';
import { quoteArgument } from '../../src-shared/shell-quote';
import { bytes, dateTimeWithSeconds, duration } from '../../src-shared/format';
import { readCheckpointRecord } from '../area/checkpoint-records';
import { LOCK_FILE_MISSING, type LockState } from '../area/lock-file';
import { describeForeignContent } from '../area/ownership';
import { runNames } from '../area/run-names';
import { runsUnderLock, stepHistory, type Run } from '../area/runs';
import { damagesOf } from '../snapshots/damaged';
import { defineCommand, JSON_OPTION, STDIN_OPTION, type OptionTable, type Parsed } from './command';
import { describeCheckpoints } from './checkpoints';
import type { AreaContext } from './context';
import { inspect, type Inspection } from './inspect';
import { readStdin } from './manifest-text';
import { printAnswer, printLines } from './print';

const OPTIONS = {
  json: JSON_OPTION,
  stdin: STDIN_OPTION,
  since: { type: 'string', value: 'RUN', description: 'print this run and later ones only' },
} as const satisfies OptionTable;

export const statusCommand = defineCommand({
  name: 'status',
  summary: 'the lock, the runs, and where a build can resume',
  usage: ['[--since RUN] [--stdin] [--json] MANIFEST'],
  description: [
    'Prints which process holds the build area, the result of the last run, and where a build can resume. Changes nothing.',
    'With `--json` it also prints each step with its checkpoint, and all runs.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const text = values.stdin ? await readStdin() : undefined;
  const read = (inspection: Inspection) => describe(inspection.useAll(), values);
  const { status, details, accepted } = await inspect(positionals[0] ?? '', read, undefined, { text });
  const { area, lock, lastRun } = status;
  if (details) {
    printAnswer<StatusAnswer>({ ...status, ...details });
    return 0;
  }
  printLines([
    `Build area      ${area.path}${area.dataset ? ` (dataset ${area.dataset})` : ''}${area.exists ? '' : ', not created yet'}`,
    `Checkpoints     ${status.backend}${status.freeBytes === null ? '' : `, ${bytes(status.freeBytes)} free`}`,
    `Lock            ${describeLock(lock)}`,
    `Resume from     ${status.latestResumable ?? accepted}`,
    `Last run        ${lastRun ? describeRun(lastRun, status.runningStep) : (status.lastRunUnknown ?? 'none')}`,
  ]);
  return 0;
}

/** The parts of the answer that only `--json` prints. */
type Details = Pick<StatusAnswer, 'steps' | 'otherSnapshots' | 'runs'>;

/** `satisfies` refuses fields that the answer does not declare. */
async function describe(context: AreaContext, { json, since }: Parsed<typeof OPTIONS>['values']) {
  const at = Date.now() / 1000; // Later changes may be missing from the answer.
  const { file, area, backend, latest, snapshots } = context;
  const { lock, runs: all } = runsUnderLock(area, json ? undefined : runNames(area).at(-1));
  const last = all.at(-1);
  const foreign = await describeForeignContent(area, snapshots);
  const status = {
    at,
    area: {
      kind: area.dataset === undefined ? ('directory' as const) : ('zfs' as const),
      dataset: area.dataset ?? null,
      path: area.mountpoint,
      exists: area.exists,
      ...(foreign && { foreign }),
    },
    backend: backend.kind,
    checkpointing: file.manifest.checkpointEnable,
    freeBytes: area.exists ? freeBytes(area.mountpoint) : null,
    lock,
    latestResumable: latest === undefined ? null : (file.manifest.steps[latest]?.name ?? null),
    runningStep: last ? openStep(last) : null,
    lastRun: last ?? null,
    lastRunUnknown: last ? null : lostRun(context),
  } satisfies Omit<StatusAnswer, keyof Details>;
  const accepted = describeAccepted(context);
  if (!json) return { status, details: undefined, accepted };
  const expected = stepHistory(all);
  // `status` is called often, also by the window, so it does not wait for servers.
  const rows = await describeCheckpoints(context, { asksServers: false });
  const steps = rows.map((row) => ({ ...row, expectedSeconds: expected.get(row.step) ?? null }));
  const known = new Set([BASELINE, ...steps.map(({ snapshot }) => snapshot?.name)]);
  const otherSnapshots = snapshots.map(({ name }) => name).filter((name) => !known.has(name));
  const from = since === undefined ? 0 : all.findIndex(({ run }) => run === since);
  const details = { steps, otherSnapshots, runs: all.slice(Math.max(0, from)) } satisfies Details;
  return { status, details, accepted };
}

/** Where a build can resume although `build -R` refuses. */
function describeAccepted({ file, snapshots }: AreaContext): string {
  const { steps, checkpointEnable } = file.manifest;
  const names = snapshots.map(({ name }) => name);
  const index = checkpointEnable ? latestAccepted(steps, names, damagesOf(snapshots)) : undefined;
  const name = steps[index ?? -1]?.name;
  if (name === undefined) return 'nothing yet';
  return `${name}, with -r ${quoteArgument(name)}; the later checkpoints do not have the order of the steps`;
}

/** A clause about runs whose journals are missing: the checkpoints show that such runs existed. */
function lostRun({ area, snapshots }: AreaContext): string | null {
  const newest = snapshots.filter(({ name }) => stepOfSnapshot(name) !== undefined).at(-1);
  const step = newest && stepOfSnapshot(newest.name);
  if (step === undefined) return null;
  const known = readCheckpointRecord(area, step);
  const taker = 'record' in known ? `, by ${known.record.run}` : '';
  return `not known: its journal is not in ${area.logs}. The checkpoint of ${step} was taken ${dateTimeWithSeconds(new Date((newest?.takenAt ?? 0) * 1000))}${taker}`;
}

function describeLock(lock: LockState): string {
  if (lock.kind === 'free') return 'free';
  const { kind, owner, damage } = lock;
  if (damage === LOCK_FILE_MISSING) return `${kind}; the lock file is missing`;
  if (damage !== undefined) return `${kind}: the lock file was damaged (${damage})`;
  if (!owner) return kind;
  const purpose = owner.purpose === 'prune' ? ', a prune' : '';
  return `${kind}: process ${owner.pid} on ${owner.host} since ${dateTimeWithSeconds(new Date(owner.since * 1000))}${purpose}`;
}

function describeRun(run: Run, step: string | null): string {
  if (run.problem !== undefined) return `${run.run}: ${run.problem}`;
  const at = run.startedAt === undefined ? '' : `, started ${dateTimeWithSeconds(new Date(run.startedAt * 1000))}`;
  return `${run.run}: ${run.state}${step ? ` in ${step}` : ''}${at}, ${duration(run.seconds)}`;
}

/** The step that started and has no recorded end. */
function openStep({ steps }: Run): string | null {
  const last = steps.at(-1);
  return last?.outcome === 'running' || last?.outcome === 'interrupted' ? last.step : null;
}

/** Free bytes for this user in the file system of the area. */
export function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}
