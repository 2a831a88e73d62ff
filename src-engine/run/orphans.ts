import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors';
import { areaIdentity } from '../area/identity';
import { descendants, listProcesses, ownAncestry, sendSignal, type ProcessEntry } from '../system/process-list';
import { processNames } from './process-names';
import type { BuildArea } from '../area/area';

/** Marks everything that a build's steps start: the identity of the area they work in. */
export const AREA_VARIABLE = 'SLIPWAY_AREA';

const TIMEOUT_MS = 5000;
const POLL_INTERVAL_MS = 20;

/**
 * Ends what the steps of a dead engine left running: it would go on writing into the tree that is about to be rolled back
 * (contract 9, 27b). The caller holds the area's lock, so that no process of this area belongs to a live build.
 *
 * Returns the names of what was ended. Throws `AppError('area')` when a process cannot be ended.
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

/** The processes whose environment has the mark. This process and those that started it are not among them. Empty without /proc. */
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
    return '';
  }
}
