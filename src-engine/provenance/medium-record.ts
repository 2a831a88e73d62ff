import type { StepExecution } from '../../src-shared/checkpoints/execution';
import { AppError } from '../../src-shared/errors';
import { parseRecord, type EngineRecord } from '../../src-shared/journal/records';
import type { Origin } from '../../src-shared/provenance/origin';
import type { BuildArea } from '../area/area';
import { assertInPlace, journalPath } from '../area/runs';
import type { MediaFile } from '../boot-test/media';
import { readIfThereSync } from '../system/files';
import { MediaOrigins } from './media-origin';

/** What the engine has recorded about a finished image. */
export interface MediumRecord {
  readonly name: string;
  /** The executions of all steps. */
  readonly history: readonly StepExecution[];
  /** The run that finished it. */
  readonly run: string;
  readonly origin: Origin;
  /** The content of the run's journal. */
  readonly journal: Buffer;
  readonly hello: RecordOf<'hello'>;
  readonly plan: RecordOf<'plan'>;
  /** When the last step ended, in seconds since the epoch. */
  readonly finishedAt: number;
}

type RecordOf<K extends EngineRecord['kind']> = Extract<EngineRecord, { kind: K }>;

/**
 * The record of a finished image of a line.
 *
 * Throws `missing` when its origin is not known: it is not one of the last finished build, or was changed afterwards.
 *
 * @param manifest the path of the manifest
 * @param line the id of a line; `undefined` for the line of the build data
 */
export function readMediumRecord(
  area: BuildArea,
  manifest: string,
  line: string | undefined,
  medium: MediaFile,
): MediumRecord {
  const { name } = medium;
  const found = new MediaOrigins(area, manifest, line).of(medium);
  if (found.origin === null) throw unrecorded(name, found.unknown);
  const { run, history } = found.made;
  assertInPlace(area, run);
  const journal = readIfThereSync(journalPath(area, run));
  if (!journal) throw unrecorded(name, `the journal of ${run} is gone`);
  const records = recordsIn(journal);
  const hello = records.find((one) => one.kind === 'hello');
  const plan = records.find((one) => one.kind === 'plan');
  if (!hello || !plan) throw unrecorded(name, `the journal of ${run} has no beginning`);
  const finishedAt = history.at(-1)?.finishedAt ?? hello.at;
  return { name, history, run, origin: found.origin, journal, hello, plan, finishedAt };
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
