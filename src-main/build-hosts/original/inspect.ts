import { basename, dirname, join } from 'node:path/posix';
import { checkpointName } from '../../../src-shared/checkpoints/model';
import type { Manifest } from '../../../src-shared/manifest/model';
import { interrupted, type RunView } from '../../../src-shared/runs/run-view';
import type { Transport } from '../../transport/transport';
import { findArea, isCheckpoint, listSnapshots, readDocument, type StockArea, type StockSnapshot } from './area';
import { runOfLog, runsAmong, type StockJournals } from './journals';
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
export interface OriginalHostParts {
  readonly transport: Transport;
  /** Path of the host's `distro_const`. */
  command(): Promise<string>;
  /** Where a manifest of this computer is on the host. */
  place(manifest: string): Promise<string>;
}

/** The steps that the original would resume at, asked for once for what they depend on: the manifest and the snapshots. */
export class Resumable {
  readonly #known = new Map<string, { readonly of: string; readonly steps: ReadonlySet<string> }>();

  readonly #tools: OriginalHostParts;

  constructor(tools: OriginalHostParts) {
    this.#tools = tools;
  }

  async at(path: string, { steps, checkpointEnable }: Manifest, area: StockArea, snapshots: readonly StockSnapshot[]) {
    // The table makes an area that is not there: without one there is nothing to resume, and nothing is asked.
    if (!area.exists || snapshots.length === 0) return new Set<string>();
    const { transport, command, place } = this.#tools;
    const placed = await place(path);
    const of = JSON.stringify([area.path, checkpointEnable, steps, snapshots.map(({ id, takenAt }) => [id, takenAt])]);
    const known = this.#known.get(path);
    if (known?.of === of) return known.steps;
    const table = await transport.run([await command(), 'build', '-l', placed], { folder: dirname(placed) });
    const marked = resumableSteps(`${table.stdout.toString('utf8')}\n${table.stderr}`, steps);
    if (table.code === 0) this.#known.set(path, { of, steps: marked });
    return marked;
  }
}

/** Looks at everything but what the logs say. */
export async function lookAt(transport: Transport, resumable: Resumable, path: string): Promise<Look> {
  const manifest = await readDocument(path);
  const area = await findArea(transport, manifest);
  const logs = await logsOf(transport, area);
  const newest = logs.at(-1);
  const process = newest === undefined ? undefined : await findBuild(transport, newest);
  const snapshots = await listSnapshots(transport, area);
  return {
    manifest,
    area,
    snapshots,
    resumable: await resumable.at(path, manifest, area, snapshots),
    process,
    logs,
  };
}

/** Paths of the detail logs of an area, oldest first. */
export async function logsOf(transport: Transport, area: StockArea): Promise<string[]> {
  const logs = join(area.path, 'logs');
  const names = (await transport.list(logs)).filter((name) => runOfLog(name) !== undefined);
  return names.sort().map((name) => join(logs, name));
}

/**
 * The runs of an area, oldest first. The last one runs while there is a process; one whose log just stops was interrupted. Snapshots
 * know when the steps before which they were taken began, as long as they are there.
 */
export async function runsOf(journals: StockJournals, look: Look): Promise<RunView[]> {
  const { area, snapshots, process, manifest, logs } = look;
  const names = runsAmong(logs.map((log) => basename(log)));
  const runs: RunView[] = [];
  for (const name of names) {
    const isNewest = name === names.at(-1);
    const run = await journals.runAt(join(area.path, 'logs'), name, !isNewest);
    runs.push(process !== undefined && isNewest ? run : interrupted(timed(run, snapshots, manifest)));
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
