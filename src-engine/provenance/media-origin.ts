import { statSync } from 'node:fs';
import { lockNameOf } from '../../src-shared/packages/lock-name';
import { restsOn, type Origin, type RestsOn } from '../../src-shared/provenance/origin';
import type { StepExecution } from '../../src-shared/checkpoints/execution';
import type { BuildArea } from '../area/area';
import { readLineResult, type ResultMedium } from '../area/line-result';
import type { MediaFile } from '../boot-test/media';
import { readLockFile } from '../packages/lock/lock-file';
import { readLines } from '../lines/line-file';
import { parkedPlace } from '../lines/parked-records';
import { isAbout, readProofs, type Proof } from './proofs';

/** The origin of a file of the media folder. */
export type MediumOrigin =
  | { readonly origin: null; readonly unknown: string }
  | {
      readonly origin: Origin;
      readonly restsOn: readonly RestsOn[];
      readonly proof?: Proof;
      /** The date of the locked archives, where the image was built with a lock. */
      readonly catalogue?: string;
      readonly made: MadeMedium;
    };

/** A file that a finished build has made, as that build left it. */
export interface MadeMedium {
  readonly run: string;
  readonly history: readonly StepExecution[];
  /** The step that wrote it. */
  readonly step: string;
}

interface Records {
  readonly result: ReturnType<typeof readLineResult>;
  readonly proofs: readonly Proof[];
  readonly catalogue: string | undefined;
}

/** The origins of the files of one media folder. The records are read for the first file. */
export class MediaOrigins {
  readonly #read: () => Records;
  #records: Records | undefined;

  /**
   * @param manifest the path of the manifest
   * @param line the id of a line; `undefined` for the line of the build data
   */
  constructor(area: BuildArea, manifest: string, line?: string) {
    this.#read = () => recordsOf(area, manifest, line);
  }

  of({ name, size, modified }: Pick<MediaFile, 'name' | 'size' | 'modified'>): MediumOrigin {
    const { result, proofs, catalogue } = (this.#records ??= this.#read());
    if (!('history' in result)) return { origin: null, unknown: result.unknown };
    const { history, run = '', media = [] } = result;
    const recorded = media.find((one) => one.name === name);
    if (!recorded?.made) return { origin: null, unknown: reasonFor(recorded) };
    if (recorded.size !== size || recorded.modified !== modified)
      return { origin: null, unknown: 'the file has changed since the build' };
    const rests = restsOn(history);
    const proof = proofs.find((one) => isAbout(one, { run, name, size, modified }));
    return {
      origin: rests.length === 0 ? 'clean' : proof ? 'proven' : 'resumed',
      restsOn: rests,
      ...(proof && { proof }),
      ...(catalogue !== undefined && { catalogue }),
      made: { run, history, step: recorded.step },
    };
  }
}

function recordsOf(area: BuildArea, manifest: string, line: string | undefined): Records {
  const result = area.exists ? resultOf(area, line) : { unknown: 'no finished build is recorded' };
  return {
    result,
    proofs: area.exists ? readProofs(area) : [],
    catalogue: 'history' in result ? catalogueDate(manifest, result.history) : undefined,
  };
}

function resultOf(area: BuildArea, line: string | undefined): ReturnType<typeof readLineResult> {
  if (line === undefined || line === readLines(area).active) return readLineResult(area, area);
  return readLineResult(parkedPlace(area, line));
}

function reasonFor(recorded: ResultMedium | undefined): string {
  if (recorded === undefined) return 'the last finished build did not have this file';
  if (recorded.made === undefined) return 'it is of an earlier version of Slipway, which did not record its files';
  return 'no step of the last finished build wrote this file';
}

/** The latest date of the archives in the lock, when that lock was there before the first step. */
function catalogueDate(manifest: string, [first]: readonly StepExecution[]): string | undefined {
  if (!first) return undefined;
  try {
    const written = statSync(lockNameOf(manifest)).mtimeMs / 1000;
    if (written > first.finishedAt - first.seconds) return undefined;
    const dates = readLockFile(manifest)?.lock.archives.map(({ dated }) => dated) ?? [];
    return dates
      .filter((date) => date !== '-')
      .sort()
      .at(-1);
  } catch {
    return undefined; // there is no lock, or it is damaged: commands that build report that
  }
}
