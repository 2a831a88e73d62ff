import { resolve } from 'node:path';
import { AppError } from '../../src-shared/errors';
import type { BuildArea } from '../area/area';
import { readLock } from '../area/lock-file';
import { isRebuild, readLines } from '../lines/line-file';
import type { SnapshotBackend } from '../snapshots/backend';

/**
 * Completes a change of lines that was interrupted, and goes back from the rebuild of a proof that was, before a command
 * does anything else. Nothing happens while another process holds the area, because that one completes it.
 *
 * @param manifest its path, for the lock
 */
export async function completeChange(area: BuildArea, backend: SnapshotBackend, manifest: string): Promise<void> {
  if (!area.exists) return;
  const lines = readLines(area);
  // A proof takes long: other commands do not wait for the lock at each call.
  const isDue =
    lines.change !== null || (lines.lines.some(isRebuild) && ['free', 'stale'].includes(readLock(area).kind));
  if (!isDue) return;
  const [{ holdArea }, { LineChanges }] = await Promise.all([
    import('../run/hold-area'),
    import('../lines/line-changes'),
  ]);
  const lock = await holdArea(area, 'lines', resolve(manifest)).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'locked') return undefined;
    // The rebuild of a proof is a whole line, which an account without write permission can read.
    if (lines.change === null) return undefined;
    throw error;
  });
  if (!lock) return;
  try {
    if (await new LineChanges(area, backend).finish())
      process.stderr.write(
        lines.change ? 'An interrupted change of lines was completed.\n' : 'An interrupted proof was ended.\n',
      );
  } finally {
    lock.release();
  }
}
