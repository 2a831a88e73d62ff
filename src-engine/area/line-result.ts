import { existsSync, lstatSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stepExecution, type StepExecution } from '../../src-shared/checkpoints/execution';
import type { CheckpointPast } from '../../src-shared/checkpoints/staleness';
import { flag, listOf, number, object, optional, text, type TypeOf } from '../../src-shared/shape';
import { below, bytePath, systemPath } from '../snapshots/bytes';
import { makeFolders, writeFileAtomically } from '../system/files';
import { readJsonFile } from '../system/json-file';
import type { BuildArea } from './area';
import { readCheckpointRecord, type RecordPlace } from './checkpoint-records';
import { runNames } from './run-names';

/** `simple-log-STAMP`; a second build in the same second has a number behind it. */
const LOG = /^simple-log-(\d{4}(?:-\d\d){5})(?:-\d+)?$/;
/** So many names of a folder of the build data are recorded. */
const MAX_NAMES = 100;
/** The clock of file times is behind by up to a tick of the kernel. Some file systems keep whole seconds, or every other. */
const TICK_S = 0.05;
const COARSE_S = 2;
/** The form of the file. */
const VERSION = 1;

const medium = object('ResultMedium', 'A file of the media folder, and the step that made it.', {
  name: text,
  step: text,
  size: optional(number, 'Bytes at the end of the build. Missing, as the next two, in results of earlier versions.'),
  modified: optional(number, 'Seconds since the epoch.'),
  made: optional(flag, 'Whether a step of the history wrote it. Files of other builds stay in the folder.'),
});

/** A file of the media folder, and the step that made it. */
export type ResultMedium = TypeOf<typeof medium>;

const lineResult = object('LineResult', 'The executions of all steps of a finished build.', {
  version: number,
  run: text,
  history: listOf(stepExecution),
  media: listOf(medium),
  data: optional(listOf(text), 'Names at the top of the build data and of the image, with a character per byte.'),
});

/** The executions of all steps of a finished build, and the files of the media folder that are its images. */
export type LineResult = TypeOf<typeof lineResult>;

/** The file with the result of a line. No checkpoint follows the last step, so that no record of one has it. */
export const lineResultPath = ({ stateFolder }: RecordPlace): string => join(stateFolder, 'checkpoints', 'result');

/** The run that finishes a build, and when it began, in seconds since the epoch. */
export interface RunStart {
  readonly run: string;
  readonly startedAt: number;
}

/** Records that a build has finished. */
export function writeLineResult(area: BuildArea, run: RunStart, history: readonly StepExecution[]): void {
  const path = lineResultPath(area);
  makeFolders(join(area.stateFolder, 'checkpoints'));
  const media = mediaOf(area, history, run);
  const result: LineResult = { version: VERSION, run: run.run, history, media, data: dataOf(area) };
  writeFileAtomically(path, JSON.stringify(result));
}

/** The build data is about to change. */
export function removeLineResult(place: RecordPlace): void {
  rmSync(lineResultPath(place), { force: true });
}

/** The executions of the last finished build of a line, also when its result is no longer there; none without a record. */
export function recordedResult(place: RecordPlace): readonly StepExecution[] {
  const found = readJsonFile(lineResultPath(place), lineResult);
  return found.kind === 'read' && found.value.version === VERSION ? found.value.history : [];
}

/**
 * The executions before the end of a line, or a clause with the reason why they are unknown: it is not finished, or
 * another program has built since.
 *
 * @param area the build area, for the line of the build data
 */
export function readLineResult(
  place: RecordPlace,
  area?: BuildArea,
): CheckpointPast & { readonly run?: string; readonly media?: LineResult['media'] } {
  const path = lineResultPath(place);
  const found = readJsonFile(path, lineResult);
  if (found.kind !== 'read' || found.value.version !== VERSION) return { unknown: 'no finished build is recorded' };
  const { history, media, run, data = [] } = found.value;
  const last = history.at(-1);
  if (!last || !('record' in readCheckpointRecord(place, last.step)))
    return { unknown: 'the last checkpoint of the finished build is not known' };
  if (area && hasForeignLog(area, run)) return { unknown: 'another program has built in this area since' };
  if (area && lacksData(area, data)) return { unknown: 'files of the build data were removed since' };
  return { history, run, media };
}

/** Names at the top of the build data and of the image. They show whether the build data is still there. */
function dataOf({ buildData, pkgImage }: BuildArea): string[] {
  return [...namesIn(buildData, ''), ...namesIn(pkgImage, `${basename(pkgImage)}/`)];
}

/** The first names of a folder; none when it is not a folder or cannot be read. */
function namesIn(folder: string, prefix: string): string[] {
  try {
    if (!lstatSync(folder).isDirectory()) return [];
    const names = readdirSync(folder, 'latin1').sort().slice(0, MAX_NAMES);
    return names.map((name) => `${prefix}${name}`);
  } catch {
    return [];
  }
}

/** A folder that cannot be read, as by another account, is not known to lack anything. */
function lacksData({ buildData }: BuildArea, names: readonly string[]): boolean {
  return names.some((name) => isMissing(systemPath(below(bytePath(buildData), name))));
}

function isMissing(path: string | Buffer): boolean {
  try {
    lstatSync(path);
    return false;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

/** Whether the original engine has written a log since a run. A run of ours has a journal with the time of its logs. */
function hasForeignLog(area: BuildArea, run: string): boolean {
  if (!existsSync(area.logs)) return false;
  const own = new Set(runNames(area).map(stampOfRun));
  const since = stampOfRun(run);
  return readdirSync(area.logs)
    .flatMap((name) => LOG.exec(name)?.[1] ?? [])
    .some((stamp) => stamp > since && !own.has(stamp));
}

/** `run-STAMP-NUMBER` -> `STAMP` */
const stampOfRun = (run: string): string => run.replace(/^run-(.*)-\d+$/, '$1');

/** The files at the top of the media folder. Each was made by the first step that ended after its time. */
function mediaOf({ media }: BuildArea, history: readonly StepExecution[], run: RunStart): LineResult['media'] {
  if (!existsSync(media)) return [];
  return readdirSync(media, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => {
      const { size, mtimeMs, ctimeMs } = statSync(join(media, name));
      const [modified, changed] = [mtimeMs / 1000, ctimeMs / 1000];
      const step = history.find(({ finishedAt }) => finishedAt >= modified) ?? history.at(-1);
      const by = stepAt(history, changed, run) ?? stepAt(history, modified, run);
      return { name, step: (by ?? step)?.step ?? '', size, modified, made: by !== undefined };
    });
}

/**
 * The step that was running at a time. The time of the last change is asked first, because builds set the time of the
 * content; the move of a line to another folder sets the time of the last change.
 */
function stepAt(history: readonly StepExecution[], time: number, run: RunStart): StepExecution | undefined {
  const index = history.findIndex(({ finishedAt }) => finishedAt >= time);
  const [before, next] = index < 0 ? [history.at(-1)] : [history[index - 1], history[index]];
  const rounding = Number.isInteger(time) ? COARSE_S : TICK_S;
  if (next && time >= startOf(next, before, run) - rounding) return next;
  return before && time <= before.finishedAt + rounding ? before : undefined;
}

/** The steps of a run follow each other. Of an earlier run only the duration of its first step is known. */
function startOf(step: StepExecution, before: StepExecution | undefined, run: RunStart): number {
  if (before?.run === step.run) return before.finishedAt;
  return step.run === run.run ? run.startedAt : step.finishedAt - step.seconds - COARSE_S;
}
