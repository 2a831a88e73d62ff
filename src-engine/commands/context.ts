import {
  canResumeFrom,
  inconsistentRemedy,
  resolveStep,
  resumableByCapitalR,
  withoutCheckpoints,
  type Decision,
} from '../../src-shared/checkpoints/rules';
import { AppError } from '../../src-shared/errors';
import { resolveArea, type BuildArea } from '../area/area';
import { assertReadable } from '../area/area-writes';
import { readAreaFiles, type AreaState } from '../area/area-state';
import { refuseCovered } from '../area/places';
import { readManifestFile, type ManifestFile } from '../area/manifest-file';
import type { CheckExtent, Snapshot, SnapshotBackend } from '../snapshots/backend';
import { damagesOf } from '../snapshots/damaged';
import { openBackend } from '../snapshots/select';
import { completeChange } from './complete-change';

/** A manifest with its build area, whose state has not been read. */
export interface AreaPlaces {
  readonly file: ManifestFile;
  readonly area: BuildArea;
  readonly backend: SnapshotBackend;
}

/** A manifest with the present state of its build area. Reading it creates and changes nothing. */
export interface AreaContext extends AreaPlaces {
  /** In the order of creation. */
  readonly snapshots: readonly Snapshot[];
  /** The state of the area's files before the snapshots were listed; see `Inspection`. */
  readonly files: AreaState;
  /**
   * The step that `build -R` would resume from; `undefined` where it would refuse, or the manifest switches checkpoints
   * off.
   */
  readonly latest: number | undefined;
}

/** How a manifest and its build area are read. */
export interface ContextOptions {
  /** The text of the manifest, in place of the file's content. */
  readonly text?: string | undefined;
  /** How many stored files of checkpoints are checked for damage; missing: `quick`. */
  readonly extent?: CheckExtent;
  /** Accepts mounts over the area's folders: a build must stay reachable for `cancel` and `pause`. */
  readonly acceptsCovered?: boolean;
}

/**
 * Loads a manifest and its build area. A manifest with problems is accepted, because its area can still be inspected.
 * Throws `AppError` when a mount or a link hides the build data or the engine's own folder.
 */
export async function openContext(operand: string, options: ContextOptions = {}): Promise<AreaContext> {
  const { file, area, backend } = await openPlaces(operand, options);
  await completeChange(area, backend, file.path);
  const files = readAreaFiles(area);
  const snapshots = area.exists ? await backend.list(options.extent) : [];
  const names = snapshots.map(({ name }) => name);
  const latest = file.manifest.checkpointEnable
    ? resumableByCapitalR(file.manifest.steps, names, damagesOf(snapshots))
    : undefined;
  return { file, area, backend, files, snapshots, latest };
}

/** As `openContext`, for a command that reads the state under the lock only. */
export async function openPlaces(
  operand: string,
  { text, acceptsCovered = false }: ContextOptions = {},
): Promise<AreaPlaces> {
  const file = await readManifestFile(operand, text);
  const area = await resolveArea(file.manifest.buildArea);
  if (area.exists) assertReadable(area);
  if (area.exists && !acceptsCovered) await refuseCovered(area);
  return { file, area, backend: await openBackend(area) };
}

/** Whether a build may resume from step `index`, by the rules of `build -r`. */
export function resumeAnswer({ file, snapshots }: AreaContext, index: number): Decision {
  if (!file.manifest.checkpointEnable) return withoutCheckpoints('r');
  return canResumeFrom(
    file.manifest.steps,
    snapshots.map(({ name }) => name),
    index,
    damagesOf(snapshots),
  );
}

/** What to do about a refused resume, where the refusal does not contain it. */
export function resumeRemedy({ file, snapshots }: AreaContext, answer: Decision): string | undefined {
  if (answer.ok || answer.refusal.kind !== 'inconsistent') return undefined;
  return inconsistentRemedy(
    file.manifest.steps,
    snapshots.map(({ name }) => name),
    damagesOf(snapshots),
  );
}

/** The index of the step that an argument names. Throws a refusal that lists the names. */
export function stepNamed(context: AreaContext, designator: string): number {
  const found = resolveStep(context.file.manifest.steps, designator);
  if (!found.ok) throw new AppError('refused', found.lines.join('\n'));
  return found.index;
}
