import { basename, dirname, join } from 'node:path';
import { describePutAway, putAwayLog } from '../../src-shared/runs/put-away';
import type { RecordedRun } from '../../src-shared/engine-answers/run-view';
import { AppError, reasonOf } from '../../src-shared/errors';
import { interrupted, newRun, type RunView } from '../../src-shared/runs/run-view';
import type { BuildArea } from './area';
import { readBeginning, readJournal } from './journal-file';
import { readLock, type LockState } from './lock-file';
import { journalFiles, runNames } from './run-names';

/** A run and the path of its journal. */
export interface Run extends RecordedRun {
  readonly journal: string;
}

/** How many of the newest runs in which a step succeeded are used for its expected time. */
const HISTORY_RUNS = 5;

/**
 * Runs of an area, oldest first.
 *
 * @param since only this run and later ones
 */
export function listRuns(area: BuildArea, since = ''): Run[] {
  return runsUnderLock(area, since).runs;
}

/** The newest run of an area. The journals of the others are not read. */
export function newestRun(area: BuildArea): Run | undefined {
  const name = runNames(area).at(-1);
  return name === undefined ? undefined : listRuns(area, name).at(-1);
}

/**
 * Runs of an area as `listRuns` returns them, with the state of the lock at that time. A run that begins or ends meanwhile is
 * never taken for an interrupted one, because of the order of reading: a run has its name after its lock, and has its last
 * record before the lock is released.
 */
export function runsUnderLock(area: BuildArea, since = ''): { readonly lock: LockState; readonly runs: Run[] } {
  const files = [...journalFiles(area)];
  const lock = readLock(area);
  const newest = files.at(-1)?.[0];
  const first = files.findIndex(([name]) => name === since);
  const runs = files
    .slice(Math.max(0, first))
    .map(([name, file]) => readRun(join(area.logs, file), name, lock, name === newest));
  return { lock, runs };
}

/** Whether the process that writes the journal of a run still holds the area. Reads only the journal's beginning. */
export function isRunning(area: BuildArea, name: string): boolean {
  const lock = readLock(area);
  const isNewest = runNames(area).at(-1) === name;
  try {
    return holds(lock, readBeginning(journalPath(area, name)), isNewest);
  } catch {
    return false; // the journal is gone
  }
}

export const journalPath = (area: BuildArea, run: string): string => join(area.logs, `${run}.jsonl`);

/** Throws `missing` with the command that brings it back, where another program has compressed or renamed the journal of a run. */
export function assertInPlace(area: BuildArea, run: string): void {
  const putAway = putAwayLog(journalFiles(area).get(run) ?? '');
  if (!putAway) return;
  const { message, hint } = describePutAway(putAway, area.logs);
  throw new AppError('missing', message, hint);
}

function readRun(journal: string, name: string, lock: LockState, isNewest: boolean): Run {
  const putAway = putAwayLog(basename(journal));
  if (putAway) {
    const { message, hint } = describePutAway(putAway, dirname(journal));
    return { ...interrupted(newRun(name)), journal, problem: `${message} ${hint}` };
  }
  try {
    const run = { ...readJournal(journal), run: name };
    return { ...(holds(lock, run, isNewest) ? run : interrupted(run)), journal };
  } catch (error) {
    return { ...interrupted(newRun(name)), journal, problem: `The journal cannot be read: ${reasonOf(error)}` };
  }
}

/** Whether the owner of the lock is the engine that writes a run's journal. */
function holds(lock: LockState, run: RunView, isNewest: boolean): boolean {
  if (lock.kind === 'free' || lock.kind === 'stale') return false;
  const { owner } = lock;
  // The journal has no line yet, or the lock file is damaged. Only the newest run can be the running one.
  if (run.pid === undefined || owner === undefined) return isNewest;
  // Journals and locks of version 1 have only the process number.
  return owner.id === undefined || run.lock === undefined ? run.pid === owner.pid && isNewest : run.lock === owner.id;
}

/** The duration of each step in seconds: the median of up to five of the newest runs in which it succeeded. */
export function stepHistory(runs: readonly RunView[]): ReadonlyMap<string, number> {
  const seconds = new Map<string, number[]>();
  for (const { steps } of [...runs].reverse())
    for (const step of steps) {
      const known = seconds.get(step.step) ?? [];
      if (step.outcome === 'done' && step.seconds !== undefined && known.length < HISTORY_RUNS)
        seconds.set(step.step, [...known, step.seconds]);
    }
  return new Map([...seconds].map(([step, values]) => [step, values.sort((a, b) => a - b)[values.length >> 1] ?? 0]));
}
