import { resolve } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { areaIdentity } from '../area/identity';
import type { LockPurpose } from '../area/lock-file';
import { refuseForeignPlaces } from '../area/places';
import { refuseChangeable } from '../area/safe-place';
import { LineChanges } from '../lines/line-changes';
import { holdArea } from '../run/hold-area';
import { openContext, type AreaContext, type AreaPlaces } from './context';

/**
 * Changes a build area under its lock. The area is read again, because a build that ended in the meantime may have
 * changed it, and an interrupted change of lines is completed.
 *
 * @param before the area as it was read without the lock
 */
export async function underLock<T>(
  before: AreaPlaces,
  operand: string,
  purpose: LockPurpose,
  change: (context: AreaContext) => Promise<T>,
): Promise<T> {
  await refuseForeignPlaces(before.area);
  refuseChangeable(before.area);
  const lock = await holdArea(before.area, purpose, resolve(before.file.path));
  try {
    await new LineChanges(before.area, before.backend).finish();
    const context = await openContext(operand);
    if (areaIdentity(context.area) !== areaIdentity(before.area))
      throw new AppError('conflict', 'The manifest names another build area now.', 'Run the command again.');
    return await change(context);
  } finally {
    lock.release();
  }
}
