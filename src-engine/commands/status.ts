import { statfsSync } from 'node:fs';
import { readLock } from '../build/lock';
import { listRuns, readJournal, type RunSummary } from '../build/runs';
import { bytes, dateTime, duration, openContext, parseWords, printJson, printLines } from './context';

export const STATUS_USAGE = 'distro_const status [--json] MANIFEST';

/** `status`: who holds the build area, what the last run did, and where a build can resume. Changes nothing. */
export async function statusCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parseWords(words, { json: { type: 'boolean' } }, { least: 1, most: 1 }, STATUS_USAGE);
  const { file, area, backend, latest } = await openContext(positionals[0] ?? '');
  const runs = area.exists ? listRuns(area) : [];
  const last = runs.at(-1);
  const lock = readLock(area);
  const status = {
    area: { kind: area.kind, dataset: area.dataset ?? null, path: area.mountpoint, exists: area.exists },
    backend: backend.kind,
    freeBytes: area.exists ? freeBytes(area.mountpoint) : null,
    lock,
    latestResumable: latest === undefined ? null : (file.manifest.steps[latest]?.name ?? null),
    runningStep: last?.state === 'running' || last?.state === 'interrupted' ? await openStep(last) : null,
    lastRun: last ?? null,
    runs,
  };
  if (values.json) {
    printJson(status);
    return 0;
  }
  printLines([
    `Build area      ${area.mountpoint}${area.dataset ? ` (dataset ${area.dataset})` : ''}${area.exists ? '' : ', not created yet'}`,
    `Checkpoints     ${backend.kind}${status.freeBytes === null ? '' : `, ${bytes(status.freeBytes)} free`}`,
    `Lock            ${lock.kind === 'free' ? 'free' : `${lock.kind}: process ${lock.owner.pid} on ${lock.owner.host} since ${dateTime(lock.owner.since)}`}`,
    `Resume from     ${status.latestResumable ?? 'nothing yet'}`,
    `Last run        ${last ? describeRun(last, status.runningStep) : 'none'}`,
  ]);
  return 0;
}

function describeRun(run: RunSummary, step: string | null): string {
  const at = run.startedAt === undefined ? '' : `, started ${dateTime(run.startedAt)}`;
  return `${run.run}: ${run.state}${step ? ` in ${step}` : ''}${at}, ${duration(run.seconds)}`;
}

/** The step that started and did not finish. */
async function openStep(run: RunSummary): Promise<string | null> {
  let step: string | null = null;
  for await (const record of readJournal(run.journal)) {
    if (record.kind === 'step-started') step = record.step;
    if (record.kind === 'step-finished') step = null;
  }
  return step;
}

/** Free space for this user where the area is. */
export function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}
