import { checkpointName } from '../../src-shared/checkpoints/model';
import { canResumeFrom } from '../../src-shared/checkpoints/rules';
import type { CheckpointPast } from '../../src-shared/checkpoints/staleness';
import type { BuildArea } from '../area/area';
import type { RecordPlace } from '../area/checkpoint-records';
import { CurrentState, type CurrentStateOptions } from '../area/current-state';
import { Freshness } from '../area/freshness';
import { readLineResult } from '../area/line-result';
import type { ManifestFile } from '../area/manifest-file';
import type { Snapshot, SnapshotBackend } from '../snapshots/backend';
import { damagesOf } from '../snapshots/damaged';
import { exists } from '../system/files';
import { join } from 'node:path';
import { parkedLines, readLines } from './line-file';
import { hasMedium } from './parked-media';
import { knownSnapshots, parkedPlace } from './parked-records';

/** What a build would best do, over all lines of an area. */
export type LineChoice =
  /** The line of the build data is finished and current. */
  | { readonly kind: 'nothing'; readonly line: string }
  /** Another line is finished and current. */
  | { readonly kind: 'switch'; readonly line: string }
  /** Roll back to the checkpoint before this step, on the line of the build data. */
  | { readonly kind: 'resume'; readonly line: string; readonly step: number }
  /** Fork from the checkpoint before this step, on another line. */
  | { readonly kind: 'fork'; readonly line: string; readonly step: number; readonly snapshots: readonly Snapshot[] }
  /** Build from the beginning. */
  | { readonly kind: 'build'; readonly line: string };

/** The area in which lines are searched. */
export interface SearchedArea {
  readonly file: ManifestFile;
  readonly area: BuildArea;
  readonly backend: SnapshotBackend;
  /** Those of the build data. */
  readonly snapshots: readonly Snapshot[];
}

interface Candidate {
  readonly line: string;
  readonly place: RecordPlace;
  readonly snapshots: readonly Snapshot[];
  readonly result: ReturnType<typeof readLineResult>;
  hasMedium(name: string): boolean;
}

/**
 * The line with the longest beginning that would come out the same today, and what to do there. A checkpoint of unknown
 * freshness never counts. Of equal lines that of the build data is taken.
 */
export async function searchLines(
  searched: SearchedArea,
  options: CurrentStateOptions,
  current = new CurrentState(searched.area, searched.file, options),
): Promise<LineChoice> {
  const { file, area } = searched;
  const { active } = readLines(area);
  if (!file.manifest.checkpointEnable) return { kind: 'build', line: active };
  let best: LineChoice = { kind: 'build', line: active };
  let length = 0;
  for (const candidate of await candidates(searched)) {
    const judge = new Freshness(area, file, options, candidate.place, current);
    const found = await currentLength(candidate, file, judge);
    if (found <= length) continue;
    length = found;
    best = choiceOf(candidate, found - 1, file.manifest.steps.length, active);
  }
  return best;
}

/**
 * The line of a variant that is finished and current, with all its media; `undefined`: there is none. Unlike a search it
 * reads no other line.
 *
 * @param parked the parked lines that the backend has
 */
export async function currentLineOf(
  { file, area }: Pick<SearchedArea, 'file' | 'area'>,
  variant: string,
  parked: ReadonlySet<string>,
  options: CurrentStateOptions,
): Promise<string | undefined> {
  const { lines, active, change } = readLines(area);
  if (change || !file.manifest.checkpointEnable) return undefined;
  const current = new CurrentState(area, file, options);
  for (const { id } of lines.filter((line) => line.variant === variant)) {
    if (id !== active && !parked.has(id)) continue;
    const candidate = id === active ? ownCandidate(area, id, []) : parkedCandidate(area, id, []);
    const judge = new Freshness(area, file, options, candidate.place, current);
    if (await isFinished(candidate, judge)) return id;
  }
  return undefined;
}

async function candidates({ area, backend, snapshots }: SearchedArea): Promise<Candidate[]> {
  const lines = readLines(area);
  const own = ownCandidate(area, lines.active, snapshots);
  const parked = parkedLines(lines);
  if (parked.length === 0) return [own];
  const found = await backend.lines.list();
  return [
    own,
    ...parked.map(({ id }): Candidate => {
      const candidate = parkedCandidate(area, id, knownSnapshots(area, id, found.get(id) ?? []));
      return found.has(id) ? candidate : { ...candidate, result: { unknown: 'it is gone' } };
    }),
  ];
}

function ownCandidate(area: BuildArea, line: string, snapshots: readonly Snapshot[]): Candidate {
  const has = (name: string): boolean => exists(join(area.media, name));
  return { line, place: area, snapshots, result: readLineResult(area, area), hasMedium: has };
}

function parkedCandidate(area: BuildArea, line: string, snapshots: readonly Snapshot[]): Candidate {
  const place = parkedPlace(area, line);
  const has = (name: string): boolean => hasMedium(area, line, name);
  return { line, place, snapshots, result: readLineResult(place), hasMedium: has };
}

/** Whether a line is finished and current, with all its media. */
async function isFinished(candidate: Candidate, judge: Freshness): Promise<boolean> {
  const { result } = candidate;
  return 'history' in result && missingMedia(candidate).length === 0 && isCurrent(judge, result);
}

/** One more than the index of the latest current checkpoint; one more than the number of steps for a current result; 0: none. */
async function currentLength(candidate: Candidate, file: ManifestFile, judge: Freshness): Promise<number> {
  const { steps } = file.manifest;
  const { snapshots } = candidate;
  const missing = missingMedia(candidate);
  if (await isFinished(candidate, judge)) return steps.length + 1;
  const names = snapshots.map(({ name }) => name);
  const damages = damagesOf(snapshots);
  // A missing image is made again by its step.
  const madeAt = steps.findIndex(({ name }) => missing.includes(name));
  const usable = steps
    .slice(0, madeAt < 0 ? steps.length : madeAt + 1)
    .filter(({ index, name }) => names.includes(checkpointName(name)) && canResumeFrom(steps, names, index, damages).ok)
    .map(({ index }) => index);
  const freshness = await judge.of(usable);
  return 1 + Math.max(-1, ...usable.filter((index) => freshness.get(index)?.kind === 'current'));
}

async function isCurrent(judge: Freshness, past: CheckpointPast): Promise<boolean> {
  return (await judge.ofResult(past)).kind === 'current';
}

/** The steps whose images are no longer among the media. */
function missingMedia({ result, hasMedium: has }: Candidate): string[] {
  return ('media' in result ? (result.media ?? []) : []).filter(({ name }) => !has(name)).map(({ step }) => step);
}

function choiceOf({ line, snapshots }: Candidate, step: number, steps: number, active: string): LineChoice {
  if (step === steps) return { kind: line === active ? 'nothing' : 'switch', line };
  return line === active ? { kind: 'resume', line, step } : { kind: 'fork', line, step, snapshots };
}
