import {
  canResumeFrom,
  resolveStep,
  resumableByR,
  withoutCheckpoints,
  type Answer,
} from '../../src-shared/checkpoints/rules';
import { AppError } from '../../src-shared/errors';
import { resolveArea, type BuildArea } from '../area/area';
import { readAreaFiles, type AreaState } from '../area/area-state';
import { readManifestFile, type ManifestFile } from '../area/manifest-file';
import type { Snapshot, SnapshotBackend } from '../snapshots/backend';
import { openBackend } from '../snapshots/select';

/** A manifest with its build area as it is now; nothing was created or changed to find out. */
export interface AreaContext {
  readonly file: ManifestFile;
  readonly area: BuildArea;
  readonly backend: SnapshotBackend;
  /** In the order in which they were taken. */
  readonly snapshots: readonly Snapshot[];
  /** The area's files as they were before the snapshots were listed; see `Inspection`. */
  readonly files: AreaState;
  /** The step that `build -R` resumes from; none where it would refuse, or the manifest switches checkpoints off. */
  readonly latest: number | undefined;
}

/** Loads what most subcommands look at. A manifest with problems is fine here: its area may still be looked at. */
export async function openContext(operand: string): Promise<AreaContext> {
  const file = await readManifestFile(operand);
  const area = await resolveArea(file.manifest.buildArea);
  const backend = await openBackend(area);
  const files = readAreaFiles(area);
  const snapshots = area.exists ? await backend.list() : [];
  const names = snapshots.map(({ name }) => name);
  const latest = file.manifest.checkpointEnable ? resumableByR(file.manifest.steps, names) : undefined;
  return { file, area, backend, files, snapshots, latest };
}

/** Whether a build may resume from step `index`, by the rules that `build -r` has. */
export function resumeAnswer({ file, snapshots }: AreaContext, index: number): Answer {
  if (!file.manifest.checkpointEnable) return withoutCheckpoints('r');
  return canResumeFrom(
    file.manifest.steps,
    snapshots.map(({ name }) => name),
    index,
  );
}

/** The step that a word on the command line means, or a refusal that lists the names. */
export function stepNamed(context: AreaContext, designator: string): number {
  const found = resolveStep(context.file.manifest.steps, designator);
  if (!found.ok) throw new AppError('refused', found.lines.join('\n'));
  return found.index;
}
