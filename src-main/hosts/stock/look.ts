import { basename, dirname, join } from 'node:path/posix';
import { checkpointName } from '../../../src-shared/checkpoints/model';
import type { Manifest } from '../../../src-shared/manifest/model';
import { interrupted, type RunView } from '../../../src-shared/runs/run-view';
import type { Transport } from '../../transport/transport';
import { findArea, isCheckpoint, listSnapshots, readDocument, type StockArea, type StockSnapshot } from './area';
import { runOfLog, type StockJournals } from './journals';
import { findBuild, type StockProcess } from './processes';
import { resumableSteps } from './resumable';

/** A manifest's builds on a host, as far as the original and ZFS tell. */
export interface Look {
  readonly manifest: Manifest;
  readonly area: StockArea;
  readonly snapshots: readonly StockSnapshot[];
  readonly resumable: ReadonlySet<string>;
  readonly process: StockProcess | undefined;
  /** Paths of the detail logs, oldest first. Who writes to the last of them was asked after they were listed. */
  readonly logs: readonly string[];
}

/** What looking needs. */
export interface StockTools {
  readonly transport: Transport;
  command(): Promise<string>;
  place(manifest: string): Promise<string>;
}

/** Looks at everything but the logs. */
export async function lookAt({ transport, command, place }: StockTools, path: string): Promise<Look> {
  const manifest = await readDocument(path);
  const area = await findArea(transport, manifest);
  const placed = await place(path);
  const logs = await logsOf(transport, area);
  const newest = logs.at(-1);
  const process = newest === undefined ? undefined : await findBuild(transport, newest);
  const snapshots = await listSnapshots(transport, area);
  // The table makes an area that is not there: without one there is nothing to resume, and nothing is asked.
  if (!area.exists || snapshots.length === 0) return { manifest, area, snapshots, resumable: new Set(), process, logs };
  const table = await transport.run([await command(), 'build', '-l', placed], { folder: dirname(placed) });
  const said = `${table.stdout.toString('utf8')}\n${table.stderr}`;
  return { manifest, area, snapshots, resumable: resumableSteps(said, manifest.steps), process, logs };
}

/** Paths of the detail logs of an area, oldest first. */
async function logsOf(transport: Transport, area: StockArea): Promise<string[]> {
  const logs = join(area.path, 'logs');
  const names = (await transport.list(logs)).filter((name) => runOfLog(name) !== undefined);
  return names.sort().map((name) => join(logs, name));
}

/**
 * The runs of an area, oldest first, from one on. The last one runs while there is a process; one whose log just stops was interrupted.
 * Snapshots know when the steps before which they were taken began, as long as they are there.
 */
export async function runsOf(
  journals: StockJournals,
  { area, snapshots, process, manifest, logs }: Look,
  since: string | undefined,
): Promise<RunView[]> {
  const names = logs.flatMap((log) => runOfLog(basename(log)) ?? []);
  const wanted = names.filter((name) => since === undefined || name >= since);
  const runs: RunView[] = [];
  for (const name of wanted) {
    const run = await journals.runAt(join(area.path, 'logs'), name);
    const isLive = process !== undefined && name === names.at(-1);
    runs.push(isLive ? run : interrupted(timed(run, snapshots, manifest)));
  }
  return runs;
}

/** The run with the times of its steps, where snapshots that it took are still there. */
function timed(run: RunView, snapshots: readonly StockSnapshot[], { steps }: Manifest): RunView {
  const { startedAt = 0, endedAt } = run;
  const began = new Map<string, number>();
  for (const one of snapshots.filter(isCheckpoint))
    // Seconds of two clocks that are one: of the log's name and of the snapshot.
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
