import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors';
import { processesWithVariable } from '../system/process-table';
import type { BuildArea } from '../area/area';

/** Marks everything that a build's steps start: their environment names the area they work in. */
export const AREA_VARIABLE = 'SLIPWAY_AREA';

const PATIENCE_MILLISECONDS = 5000;
const PAUSE_MILLISECONDS = 20;

/**
 * Ends what the steps of a dead engine left running: it would go on writing into the tree that is about to be rolled back
 * (contract 9, 27b). Only to be called with the area's lock held, when no process of this area can belong to a live build.
 *
 * Returns how many there were. Throws `AppError('area')` when one cannot be ended.
 */
export async function endOrphans(area: BuildArea): Promise<number> {
  const find = (): number[] =>
    processesWithVariable(AREA_VARIABLE, area.mountpoint).filter((pid) => pid !== process.pid);
  const first = find();
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  for (let left = first; left.length > 0; left = find()) {
    for (const pid of left) kill(pid);
    if (Date.now() > deadline)
      throw new AppError(
        'area',
        `Processes of an interrupted build still run in this build area and cannot be ended: ${left.join(', ')}.`,
        'End them, then build again.',
      );
    await delay(PAUSE_MILLISECONDS);
  }
  return first.length;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has just ended, or is not ours: then the deadline tells
  }
}
