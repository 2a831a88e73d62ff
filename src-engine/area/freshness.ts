import { interpretManifest } from '../../src-shared/manifest/interpret';
import { decodeManifest } from '../../src-shared/manifest/source';
import {
  checkpointFreshness,
  type CheckpointFreshness,
  type CheckpointPast,
} from '../../src-shared/checkpoints/staleness';
import type { BuildArea } from './area';
import { readCheckpointRecord, readStateFile, type RecordPlace } from './checkpoint-records';
import type { ManifestFile } from './manifest-file';
import { CurrentState, type CurrentStateOptions } from './current-state';

/** A checkpoint and the executions before it. */
interface Judged {
  readonly index: number;
  readonly step: string;
  readonly past: CheckpointPast;
}

/**
 * Judges the checkpoints of steps against the manifest, scripts and inputs as they are at the first call of one `Freshness`.
 */
export class Freshness {
  readonly #place: RecordPlace;
  readonly #file: ManifestFile;

  readonly #current: CurrentState;

  /** @param place where the records are: the area, or the folder of a parked line */
  constructor(
    area: BuildArea,
    file: ManifestFile,
    options: CurrentStateOptions,
    place: RecordPlace = area,
    current = new CurrentState(area, file, options),
  ) {
    this.#place = place;
    this.#file = file;
    this.#current = current;
  }

  /** The checkpoints before these steps, by index. All servers are asked at the same time. */
  async of(indices: readonly number[]): Promise<ReadonlyMap<number, CheckpointFreshness>> {
    const judged = indices.map((index) => this.#judged(index));
    const executions = judged.flatMap(({ past }) => ('history' in past ? past.history : []));
    await this.#current.load(executions.flatMap(({ inputs }) => inputs));
    return new Map(judged.map((one) => [one.index, this.#freshness(one)]));
  }

  /** The end of a line, after the last step, by the executions of all steps. */
  async ofResult(past: CheckpointPast): Promise<CheckpointFreshness> {
    const { steps } = this.#file.manifest;
    const last = steps.at(-1)?.name ?? '';
    if ('history' in past) await this.#current.load(past.history.flatMap(({ inputs }) => inputs));
    return this.#freshness({ index: steps.length, step: last, past });
  }

  #judged(index: number): Judged {
    const step = this.#file.manifest.steps[index];
    if (!step) throw new Error(`no step ${index}`);
    return { index, step: step.name, past: checkpointPast(this.#place, index, step.name) };
  }

  #copy(step: string): Buffer | undefined {
    try {
      return readStateFile(this.#place, step);
    } catch {
      return undefined; // unreadable: reasons are given without the old values
    }
  }

  #freshness({ index, step, past }: Judged): CheckpointFreshness {
    const { steps } = this.#file.manifest;
    // Read and parsed only for a value that has changed.
    let copy: Buffer | undefined;
    const then = () => (copy ??= this.#copy(step)) && this.#current.manifest(copy);
    return checkpointFreshness(steps, index, past, (i) => {
      const declared = steps[i];
      if (!declared) throw new Error(`no step ${i}`);
      return this.#current.step(declared, then);
    });
  }
}

/**
 * The executions before a checkpoint, by its record. Without a record only the first step of a manifest is known to
 * have nothing before it, by the copy of the manifest that every engine keeps (contract 2.1).
 */
export function checkpointPast(area: RecordPlace, index: number, step: string): CheckpointPast {
  const answer = readCheckpointRecord(area, step);
  if ('record' in answer) {
    const { history, historyUnknown } = answer.record;
    if (history) return { history };
    return { unknown: historyUnknown ?? 'an earlier part of its history is unknown' };
  }
  if (index === 0 && wasFirst(area, step)) return { history: [] };
  return answer;
}

function wasFirst(area: RecordPlace, step: string): boolean {
  try {
    const copy = readStateFile(area, step);
    if (!copy) return false;
    return interpretManifest(decodeManifest(copy), { now: new Date() }).manifest.steps[0]?.name === step;
  } catch {
    return false; // unreadable or damaged: the history stays unknown
  }
}
