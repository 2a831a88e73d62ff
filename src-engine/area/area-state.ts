import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stepOfSnapshot } from '../../src-shared/checkpoints/model';
import type { Snapshot } from '../snapshots/backend';
import type { BuildArea } from './area';
import { readLock } from './lock-file';
import { runNames } from './run-names';
import { isRunning, listRuns } from './runs';

/**
 * Detects changes of a build area: when two states are equal, everything read between them is consistent. The keys are
 * `lock`, `run` (the newest), `lines` and the names of snapshots; the values are opaque.
 */
export type AreaState = ReadonlyMap<string, string>;

/** The keys that have a value in every state. */
const FILES = ['lock', 'run', 'lines'];

/** The file with the lines of an area. It is replaced before and after every change of lines. */
export const linesFile = ({ stateFolder }: BuildArea): string => join(stateFolder, 'lines', 'lines.json');

/** Reads the files of the state. A checkpoint that is taken again has a new state file, which is written before the snapshot. */
export function readAreaFiles(area: BuildArea): AreaState {
  const state = new Map([
    ['lock', JSON.stringify(readLock(area))],
    ['run', runNames(area).at(-1) ?? ''],
    ['lines', instanceOf(linesFile(area))],
  ]);
  for (const name of namesIn(area.mountpoint))
    if (stepOfSnapshot(name) !== undefined) state.set(name, instanceOf(join(area.mountpoint, name)));
  return state;
}

/**
 * The state of an area from its files and its snapshots. Before an inspection the files are read first, after it they
 * are read last.
 */
export function areaState(files: AreaState, snapshots: readonly Snapshot[]): AreaState {
  const state = new Map(FILES.map((key) => [key, files.get(key) ?? '']));
  for (const { name, id, takenAt } of snapshots) state.set(name, `${id} ${takenAt} ${files.get(name) ?? ''}`);
  return state;
}

/** The keys in which two states differ. */
export function changesBetween(before: AreaState, after: AreaState): ReadonlySet<string> {
  return new Set([...before.keys(), ...after.keys()].filter((key) => before.get(key) !== after.get(key)));
}

/** What a build does with the build data. */
export type Activity =
  /** No build holds the area. */
  | { readonly kind: 'idle'; readonly key: string }
  /** A step runs, and may write into the build data. */
  | { readonly kind: 'step'; readonly key: string }
  /** The engine replaces the build data or takes a checkpoint of it. */
  | { readonly kind: 'busy' };

/** Reads from the lock and the newest journal what happens to the build data. Equal keys: the same run and execution of a step. */
export function activityIn(area: BuildArea): Activity {
  const lock = readLock(area);
  const name = runNames(area).at(-1) ?? '';
  if (lock.kind === 'free' || lock.kind === 'stale') return { kind: 'idle', key: name };
  const run = listRuns(area, name).at(-1);
  if (!run || !isRunning(area, name) || run.steps.at(-1)?.outcome !== 'running') return { kind: 'busy' };
  return { kind: 'step', key: `${name} ${run.steps.length}` };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // The area does not exist or cannot be read, so it has no checkpoints to show either.
  }
}

function instanceOf(path: string): string {
  try {
    const { ino, mtimeNs } = lstatSync(path, { bigint: true });
    return `${ino}:${mtimeNs}`;
  } catch {
    return 'gone'; // or unreadable, as for everything that is read from it
  }
}
