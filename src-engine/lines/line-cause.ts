import type { BuildArea } from '../area/area';
import type { CurrentStateOptions } from '../area/current-state';
import { Freshness } from '../area/freshness';
import { readLineResult } from '../area/line-result';
import type { ManifestFile } from '../area/manifest-file';
import type { DeclaredStep } from '../../src-shared/manifest/model';
import { nameOfDifference } from '../../src-shared/checkpoints/step-differences';
import { checkpointName } from '../../src-shared/checkpoints/model';
import type { Snapshot } from '../snapshots/backend';

const MAX_NAME_CHARACTERS = 60;

/**
 * The name of a line that begins now: the first reason why the present line is stale, otherwise what the user asked for.
 *
 * @param resume the index of the step at which it leaves the present line; `undefined`: at the beginning
 */
export async function nameByCause(
  area: BuildArea,
  file: ManifestFile,
  snapshots: readonly Snapshot[],
  resume: number | undefined,
  options: CurrentStateOptions,
): Promise<string> {
  const { steps } = file.manifest;
  const reason = await firstReason(new Freshness(area, file, options), area, steps, snapshots);
  if (reason !== undefined) return shortened(nameOfDifference(reason));
  return resume === undefined ? 'built again' : `resumed at ${steps[resume]?.name ?? ''}`;
}

/** The first reason why a checkpoint or the end of the present line is stale. */
async function firstReason(
  judge: Freshness,
  area: BuildArea,
  steps: readonly DeclaredStep[],
  snapshots: readonly Snapshot[],
): Promise<string | undefined> {
  const end = await judge.ofResult(readLineResult(area, area));
  // Each checkpoint of a finished line is on the way to its end.
  if (end.kind === 'current') return undefined;
  const taken = steps.filter(({ name }) => snapshots.some((one) => one.name === checkpointName(name)));
  const judged = await judge.of(taken.map(({ index }) => index));
  return [...judged.values(), end].flatMap((freshness) => (freshness.kind === 'stale' ? freshness.reasons : []))[0];
}

function shortened(text: string): string {
  return text.length > MAX_NAME_CHARACTERS ? `${text.slice(0, MAX_NAME_CHARACTERS - 3)}...` : text;
}
