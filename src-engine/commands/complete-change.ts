import { resolve } from 'node:path';
import { AppError } from '../../src-shared/errors';
import type { BuildArea } from '../area/area';
import { readLines } from '../lines/line-file';
import type { SnapshotBackend } from '../snapshots/backend';

/**
 * Completes a change of lines that was interrupted, before a command does anything else. Nothing happens while another
 * process holds the area, because that one completes it.
 *
 * @param manifest its path, for the lock
 */
export async function completeChange(area: BuildArea, backend: SnapshotBackend, manifest: string): Promise<void> {
  if (!area.exists || !readLines(area).change) return;
  const [{ holdArea }, { LineChanges }] = await Promise.all([
    import('../run/hold-area'),
    import('../lines/line-changes'),
  ]);
  const lock = await holdArea(area, 'lines', resolve(manifest)).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'locked') return undefined;
    throw error;
  });
  if (!lock) return;
  try {
    if (await new LineChanges(area, backend).finish())
      process.stderr.write('An interrupted change of lines was completed.\n');
  } finally {
    lock.release();
  }
}
