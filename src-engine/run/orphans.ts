import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors';
import { areaIdentity } from '../area/identity';
import { descendants, listProcesses, ownAncestry, sendSignal, type ProcessEntry } from '../system/process-list';
import { processNames } from './process-names';
import type { BuildArea } from '../area/area';

/** Marks all processes of a build's steps. The value is the identity of their area. */
export const AREA_VARIABLE = 'SLIPWAY_AREA';

/** A killed process ends late on a busy machine, or when it waits for a disk. */
const TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 20;

/**
 * Ends the processes that a dead engine's steps left running. They would continue to write into the tree that is about
 * to be rolled back (contract 9, 27b). The caller holds the area's lock, so no process of this area belongs to a
 * running build.
 *
 * Returns the names of the processes. Throws `AppError('area')` when one cannot be ended.
 */
export async function endOrphans(area: BuildArea): Promise<string | undefined> {
  const mark = areaIdentity(area);
  const find = (): ProcessEntry[] => {
    const all = listProcesses();
    const marked = markedProcesses(mark, all);
    const mine = ownAncestry(all);
    const family = [...marked, ...descendants(new Set(marked.map(({ pid }) => pid)), all)];
    return [...new Set(family)].filter(({ pid }) => pid > 1 && !mine.has(pid));
  };
  const first = find();
  const deadline = Date.now() + TIMEOUT_MS;
  for (let left = first; left.length > 0; left = find()) {
    for (const { pid } of left) sendSignal(pid, 'SIGKILL');
    if (Date.now() > deadline)
      throw new AppError(
        'area',
        `Processes of an interrupted build still run in this build area and cannot be ended: ${left.map(({ pid, name }) => `${name} (${pid})`).join(', ')}.`,
        'End them, then build again.',
      );
    await delay(POLL_INTERVAL_MS);
  }
  return first.length > 0 ? processNames(first) : undefined;
}

/** The processes whose environment has the mark, without this process and its ancestors. Empty without /proc. */
export function markedProcesses(mark: string, all: readonly ProcessEntry[]): ProcessEntry[] {
  const wanted = `\0${AREA_VARIABLE}=${mark}\0`;
  const mine = ownAncestry(all);
  return all.filter(({ pid }) => !mine.has(pid) && environment(pid).includes(wanted));
}

/** The environment that a process was started with. Empty where it may not be read. */
function environment(pid: number): string {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`;
  } catch {
    return ''; // it has ended, or belongs to another account
  }
}
