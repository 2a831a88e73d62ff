import { AppError, reasonOf } from '../../src-shared/errors';
import { resolveArea, type BuildArea } from '../area/area';
import { readManifestFile, type ManifestFile } from '../area/manifest-file';
import { describeBackend, type BackendChoice } from '../snapshots/select';

/** The build area of a manifest, and its snapshot backend. */
export interface Place {
  readonly area: BuildArea;
  readonly choice: BackendChoice;
}

/** The manifest that is checked. */
export interface Subject {
  readonly file: ManifestFile;
  /** The error is the reason why there is no build area. */
  readonly place: Place | AppError;
}

/**
 * Opens a manifest for the checks. Creates nothing. Throws `AppError('manifest')` when it cannot be read.
 *
 * @param text replaces the file's content while the user is editing it
 */
export async function openSubject(operand: string, text?: string): Promise<Subject> {
  const file = await readManifestFile(operand, text);
  return { file, place: await openPlace(file) };
}

async function openPlace({ manifest }: ManifestFile): Promise<Place | AppError> {
  try {
    const area = await resolveArea(manifest.buildArea);
    return { area, choice: await describeBackend(area) };
  } catch (error) {
    return error instanceof AppError ? error : new AppError('area', reasonOf(error));
  }
}
