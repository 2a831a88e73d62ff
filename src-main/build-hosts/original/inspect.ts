import { basename, join } from 'node:path/posix';
import { checkpointName } from '../../../src-shared/checkpoints/model';
import type { Manifest } from '../../../src-shared/manifest/model';
import { describePutAway, putAwayLogs, type PutAwayLog } from '../../../src-shared/runs/put-away';
import { interrupted, newRun, type RunView } from '../../../src-shared/runs/run-view';
import type { Transport } from '../../transport/transport';
import {
  findArea,
  isCheckpoint,
  listSnapshots,
  parseDocument,
  readDocument,
  type StockArea,
  type StockSnapshot,
} from './area';
import { LOG_PREFIX, logOfRun, newestOf, runOfLog, type OriginalJournals } from './journals';
import { findBuild, type StockProcess } from './processes';
import { checkClaims } from './claims';
import type { RunNote, RunNotes } from './run-notes';
import type { RunOrder } from './run-order';
import type { StateFile, StateFiles } from './state-files';

/** A manifest's builds on a host, from the original command and ZFS. */
export interface Inspection {
  readonly manifest: Manifest;
  /** The manifest's path on this computer. */
  readonly manifestPath: string;
  readonly area: StockArea;
  /** In the order in which they were taken. */
  readonly snapshots: readonly StockSnapshot[];
  /** How the original's copies of the manifest compare, by step. */
  readonly stateFiles: ReadonlyMap<string, StateFile>;
  /** By run. */
  readonly notes: ReadonlyMap<string, RunNote>;
  readonly process: StockProcess | undefined;
  /** Paths of the detail logs, oldest first. The last one is that of the process. */
  readonly logs: readonly string[];
  /** Logs among these that another program has compressed or renamed, by run. */
  readonly putAway: ReadonlyMap<string, PutAwayLog>;
}

/** What an inspection needs. */
export interface OriginalHostParts {
  readonly transport: Transport;
  /** Path of the host's `distro_const`. */
  command(): Promise<string>;
  /** Returns the host's path of a manifest of this computer. */
  place(manifest: string): Promise<string>;
  /** SHA-256 of a manifest of this computer and of its scripts, by their paths in the document. */
  hashes(manifest: string): Promise<ReadonlyMap<string, string>>;
}

/** What is kept between inspections. */
export interface InspectionCaches {
  readonly stateFiles: StateFiles;
  readonly notes: RunNotes;
  readonly order: RunOrder;
}

/**
 * Reads everything except the content of the logs. Runs nothing that writes: what can be resumed follows from the snapshots.
 *
 * @param source text of the manifest that is being edited; the saved file when missing
 */
export async function inspectArea(
  transport: Transport,
  caches: InspectionCaches,
  path: string,
  source?: string,
): Promise<Inspection> {
  const { manifest, bytes } =
    source === undefined ? await readDocument(path) : { manifest: parseDocument(source), bytes: Buffer.from(source) };
  const area = await findArea(transport, manifest);
  const folder = join(area.path, 'logs');
  const names = await transport.list(folder);
  const found = logsAmong(names).map((name) => join(folder, name));
  const live = await findBuild(transport, found);
  const liveRun = live && runOfLog(basename(live.log));
  const notes = await caches.notes.read(folder, names, [
    liveRun,
    runOfLog(basename(found.at(-1) ?? '')),
    caches.order.newest(folder),
  ]);
  const putAway = putAwayLogs(names.filter((name) => name.startsWith(LOG_PREFIX)));
  const runs = [...found.flatMap((log) => runOfLog(basename(log)) ?? []), ...putAway.keys()];
  const logs = caches.order.sort(folder, runs, notes, liveRun).map((run) => join(folder, logOfRun(run)));
  const snapshots = await listSnapshots(transport, area);
  const stepNames = manifest.steps.map(({ name }) => name);
  return {
    manifest,
    manifestPath: path,
    area,
    snapshots,
    stateFiles: await caches.stateFiles.compare(area, stepNames, snapshots, bytes),
    notes,
    process: live?.process,
    logs,
    putAway,
  };
}

/** Names of the detail logs among files, oldest first by their names. */
const logsAmong = (names: readonly string[]): string[] => names.filter((name) => runOfLog(name) !== undefined).sort();

/** Paths of the detail logs of an area, oldest first by their names. */
export async function logsOf(transport: Transport, area: StockArea): Promise<string[]> {
  const logs = join(area.path, 'logs');
  return logsAmong(await transport.list(logs)).map((name) => join(logs, name));
}

/**
 * The runs of an area, oldest first. The last one is running while its process exists. A run whose log ends without a last line was
 * interrupted. Existing snapshots have the start times of the steps before which they were taken.
 */
export async function runsOf(journals: OriginalJournals, inspection: Inspection): Promise<RunView[]> {
  const { area, snapshots, process, manifest, logs, notes, putAway } = inspection;
  const names = newestOf(logs.flatMap((log) => runOfLog(basename(log)) ?? []));
  const runs: RunView[] = [];
  for (const name of names) {
    const isNewest = name === names.at(-1);
    const away = putAway.get(name);
    if (away) {
      const { message, hint } = describePutAway(away, join(area.path, 'logs'));
      runs.push({ ...interrupted(newRun(name)), problem: `${message} ${hint}` });
      continue;
    }
    const run = withNote(await journals.runAt(join(area.path, 'logs'), name, !isNewest), notes.get(name));
    if (process !== undefined && isNewest) runs.push(run);
    else {
      const ended = notes.get(name)?.isCancelled ? cancelled(run) : interrupted(run);
      const seen = timed(ended, snapshots, manifest);
      runs.push(isNewest ? checkClaims(seen, snapshots) : seen);
    }
  }
  return runs;
}

function withNote(run: RunView, note: RunNote | undefined): RunView {
  return note?.pause === undefined || run.state !== 'running' ? run : { ...run, pause: note.pause };
}

/** A run that the user has stopped. Its log has no last line. */
function cancelled(run: RunView): RunView {
  if (run.state !== 'running') return run;
  const steps = run.steps.map((step): RunView['steps'][number] =>
    step.outcome === 'running' ? { ...step, outcome: 'cancelled' } : step,
  );
  return { ...run, state: 'cancelled', cancelledBy: 'SIGTERM', steps };
}

/** Adds the start times of steps whose snapshots still exist. */
function timed(run: RunView, snapshots: readonly StockSnapshot[], { steps }: Manifest): RunView {
  const { startedAt = 0, endedAt } = run;
  const began = new Map<string, number>();
  for (const one of snapshots.filter(isCheckpoint))
    // The log's name and the snapshot have times of the same clock, in whole seconds.
    if (one.takenAt >= startedAt - 1 && endedAt !== undefined && one.takenAt <= endedAt + 1) {
      const step = steps.find(({ name }) => checkpointName(name) === one.name);
      if (step && run.checkpoints.includes(step.name)) began.set(step.name, one.takenAt);
    }
  const first = run.steps[0];
  if (first && run.resume !== null) began.set(first.step, startedAt);
  return {
    ...run,
    steps: run.steps.map((step, at) => {
      const [from, to] = [began.get(step.step), began.get(run.steps[at + 1]?.step ?? run.pausedBefore ?? '')];
      const until = to ?? (at === run.steps.length - 1 && run.pausedBefore === undefined ? endedAt : undefined);
      if (step.seconds !== undefined || from === undefined) return step;
      return { ...step, startedAt: from, ...(until !== undefined && { seconds: Math.max(0, until - from) }) };
    }),
  };
}
