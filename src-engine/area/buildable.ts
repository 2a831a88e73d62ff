import { AppError } from '../../src-shared/errors';
import type { SnapshotBackend } from '../snapshots/backend';
import type { BuildArea } from './area';
import { assertWritable, unreadable } from './area-writes';
import { refuseForeignContent } from './ownership';
import { refuseDanglingLink, refuseForeignPlaces, refuseNonFiles } from './places';
import { refuseUnsafePlace } from './safe-place';

/**
 * Refuses an area that a build must not touch: an unsafe place, links and files in place of its folders, and files that another program
 * made. Also refuses one that this account cannot create or write to. Throws `AppError`. Nothing is created or changed.
 *
 * @param manifest the manifest's path
 * @param adopt whether the user lets the build delete files of other programs
 */
export async function assertBuildable(
  area: BuildArea,
  manifest: string,
  backend: SnapshotBackend,
  adopt = false,
): Promise<void> {
  refuseUnsafePlace(area, manifest);
  if (area.exists) await refuseForeignPlaces(area);
  else if (area.dataset === undefined) refuseDanglingLink(area);
  if (!adopt)
    await refuseForeignContent(area, backend).catch((error: unknown) => {
      throw unreadable(error);
    });
  if (area.exists) refuseNonFiles(area);
  assertWritable(area);
}

/** The refusal of `assertBuildable`; `undefined` for an area that a build may use. Any other failure is thrown. */
export async function areaRefusal(...area: Parameters<typeof assertBuildable>): Promise<AppError | undefined> {
  try {
    await assertBuildable(...area);
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
