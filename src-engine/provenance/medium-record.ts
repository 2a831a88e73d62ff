import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { StepExecution } from '../../src-shared/checkpoints/execution';
import { AppError } from '../../src-shared/errors';
import { parseRecord, type EngineRecord } from '../../src-shared/journal/records';
import { restsOn, type Origin } from '../../src-shared/provenance/origin';
import type { BuildArea } from '../area/area';
import type { RecordPlace } from '../area/checkpoint-records';
import { readLineResult } from '../area/line-result';
import { assertInPlace, journalPath } from '../area/runs';
import { readIfThereSync } from '../system/files';

/** What the engine has recorded about a finished image. */
export interface MediumRecord {
  readonly name: string;
  /** The executions of all steps up to the one that made it. */
  readonly history: readonly StepExecution[];
  /** The run that made it. */
  readonly run: string;
  readonly origin: Origin;
  /** The content of the run's journal. */
  readonly journal: Buffer;
  readonly hello: RecordOf<'hello'>;
  readonly plan: RecordOf<'plan'>;
  /** When the step that made it ended, in seconds since the epoch. */
  readonly finishedAt: number;
}

type RecordOf<K extends EngineRecord['kind']> = Extract<EngineRecord, { kind: K }>;

/** A file system may round times. */
const ROUNDING_S = 2;

/**
 * The record of a finished image of a line.
 *
 * Throws `missing` when the image is not one of the last finished build, and `refused` when it was changed afterwards.
 *
 * @param place the area for the line of the build data, or the folder of a parked line
 * @param folder with the images of that line
 */
export function readMediumRecord(area: BuildArea, place: RecordPlace, folder: string, name: string): MediumRecord {
  const result = readLineResult(place, place === area ? area : undefined);
  if ('unknown' in result) throw unrecorded(name, result.unknown);
  const step = result.media?.find((one) => one.name === name)?.step;
  const maker = result.history.findIndex((one) => one.step === step);
  const last = result.history[maker];
  if (!last) throw unrecorded(name, 'the last finished build did not make it');
  const { run, finishedAt } = last;
  assertInPlace(area, run);
  const journal = readIfThereSync(journalPath(area, run));
  if (!journal) throw unrecorded(name, `the journal of ${run} is gone`);
  const records = recordsIn(journal);
  const hello = records.find((one) => one.kind === 'hello');
  const plan = records.find((one) => one.kind === 'plan');
  if (!hello || !plan) throw unrecorded(name, `the journal of ${run} has no beginning`);
  if (statSync(join(folder, name)).mtimeMs / 1000 > finishedAt + ROUNDING_S)
    throw new AppError('refused', `${name} was changed after ${run} had made it.`, 'Build it again.');
  const history = result.history.slice(0, maker + 1);
  return {
    name,
    history,
    run,
    origin: restsOn(history).length > 0 ? 'resumed' : 'clean',
    journal,
    hello,
    plan,
    finishedAt,
  };
}

/** Output is most of a journal, and is not parsed. */
function recordsIn(journal: Buffer): EngineRecord[] {
  return journal
    .toString('utf8')
    .split('\n')
    .filter((line) => /^\{"kind":"(hello|plan)"/.test(line))
    .flatMap((line) => parseRecord(line) ?? []);
}

const unrecorded = (name: string, reason: string): AppError =>
  new AppError('missing', `It is not recorded how ${name} was built: ${reason}.`, 'Build it again.');
