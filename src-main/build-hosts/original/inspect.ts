import { basename, dirname, join } from 'node:path/posix';
import { checkpointName } from '../../../src-shared/checkpoints/model';
import { canResumeFrom } from '../../../src-shared/checkpoints/rules';
import type { Manifest } from '../../../src-shared/manifest/model';
import { interrupted, type RunView } from '../../../src-shared/runs/run-view';
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
import { runOfLog, runsAmong, type OriginalJournals } from './journals';
import { findBuild, type StockProcess } from './processes';
import { resumableSteps } from './resumable';

/** A manifest's builds on a host, from the original command and ZFS. */
export interface Inspection {
  readonly manifest: Manifest;
  readonly area: StockArea;
  readonly snapshots: readonly StockSnapshot[];
  readonly resumable: ReadonlySet<string>;
  readonly process: StockProcess | undefined;
  /** Paths of the detail logs, oldest first. The process that writes to the last one was looked up after the list was read. */
  readonly logs: readonly string[];
}

/** What an inspection needs. */
export interface OriginalHostParts {
  readonly transport: Transport;
  /** Path of the host's `distro_const`. */
  command(): Promise<string>;
  /** Returns the host's path of a manifest of this computer. */
  place(manifest: string): Promise<string>;
}

/** The steps that the original would resume at, cached by manifest and snapshots. */
export class Resumable {
  readonly #known = new Map<string, { readonly of: string; readonly steps: ReadonlySet<string> }>();

  readonly #tools: OriginalHostParts;

  constructor(tools: OriginalHostParts) {
    this.#tools = tools;
  }

  async at(path: string, { steps, checkpointEnable }: Manifest, area: StockArea, snapshots: readonly StockSnapshot[]) {
    // The command creates a missing area. Without an area there is nothing to resume, so it is not run.
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

function resumableByRule({ steps }: Manifest, snapshots: readonly StockSnapshot[]): ReadonlySet<string> {
  const names = snapshots.map(({ name }) => name);
  return new Set(steps.filter((_, index) => canResumeFrom(steps, names, index).ok).map(({ name }) => name));
}

/**
 * Reads everything except the content of the logs.
 *
 * @param source text of the manifest that is being edited; the saved file when missing
 */
export async function inspectArea(
  transport: Transport,
  resumable: Resumable,
  path: string,
  source?: string,
): Promise<Inspection> {
  const manifest = source === undefined ? await readDocument(path) : parseDocument(source);
  const area = await findArea(transport, manifest);
  const logs = await logsOf(transport, area);
  const newest = logs.at(-1);
  const process = newest === undefined ? undefined : await findBuild(transport, newest);
  const snapshots = await listSnapshots(transport, area);
  return {
    manifest,
    area,
    snapshots,
    // The original reads only the saved file. Its rule is known: contract 2.5.
    resumable:
      source === undefined ? await resumable.at(path, manifest, area, snapshots) : resumableByRule(manifest, snapshots),
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
 * The runs of an area, oldest first. The last one is running while its process exists. A run whose log ends without a last line was
 * interrupted. Existing snapshots have the start times of the steps before which they were taken.
 */
export async function runsOf(journals: OriginalJournals, inspection: Inspection): Promise<RunView[]> {
  const { area, snapshots, process, manifest, logs } = inspection;
  const names = runsAmong(logs.map((log) => basename(log)));
  const runs: RunView[] = [];
  for (const name of names) {
    const isNewest = name === names.at(-1);
    const run = await journals.runAt(join(area.path, 'logs'), name, !isNewest);
    runs.push(process !== undefined && isNewest ? run : interrupted(timed(run, snapshots, manifest)));
  }
  return runs;
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
