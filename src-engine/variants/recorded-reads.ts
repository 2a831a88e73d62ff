import { isSecretName } from '../../src-shared/secrets';
import type { StepExecution } from '../../src-shared/checkpoints/execution';
import type { DeclaredStep } from '../../src-shared/manifest/model';
import type { ReadsKnown } from '../../src-shared/variants/forks';
import type { BuildArea } from '../area/area';
import { readCheckpointRecord, type RecordPlace } from '../area/checkpoint-records';
import { recordedResult } from '../area/line-result';
import { scriptDescription, stringsIn } from '../area/script-description';
import { BUILT_IN_IM_POP, scriptFile, scriptHash } from '../area/step-script';
import { parkedLines, readLines } from '../lines/line-file';
import { parkedPlace } from '../lines/parked-records';

/** A request to the manifest: a nodepath, or a key of its pairs. */
export interface ReadRequest {
  readonly request: string;
  readonly isKey: boolean;
  /** Values of this name are never shown. */
  readonly isSecret: boolean;
}

/** What a step reads, and where that is known from. */
export interface StepReads {
  readonly requests: readonly ReadRequest[];
  readonly known: ReadsKnown;
}

/** What steps have read in all lines of an area, and what their scripts declare. Each step is determined once. */
export class RecordedReads {
  readonly #executions = new Map<string, StepExecution[]>();
  readonly #known = new Map<string, StepReads>();

  /** @param steps the names of the steps whose records are read */
  constructor(area: BuildArea, steps: readonly string[]) {
    if (!area.exists) return;
    for (const place of [area, ...parkedLines(readLines(area)).map(({ id }) => parkedPlace(area, id))])
      for (const execution of historyOf(place, steps)) {
        const found = this.#executions.get(execution.step);
        if (found) found.push(execution);
        else this.#executions.set(execution.step, [execution]);
      }
  }

  /** What a step reads: in an execution of this script, else as declared, else in one of the script before an edit. */
  of({ name, script = BUILT_IN_IM_POP }: Pick<DeclaredStep, 'name' | 'script'>): StepReads {
    const key = `${name} ${script}`;
    const known = this.#known.get(key) ?? this.#find(name, script);
    this.#known.set(key, known);
    return known;
  }

  #find(name: string, script: string): StepReads {
    const all = this.#executions.get(name) ?? [];
    const present = scriptHash(scriptFile(script));
    const same = all.filter(({ scriptHash: hash }) => hash === present);
    if (same.length > 0) return { requests: requestsOf(same), known: 'recorded' };
    const declared = scriptDescription(script)?.['reads'];
    if (Array.isArray(declared)) return { requests: declaredRequests(stringsIn(declared)), known: 'declared' };
    return all.length > 0 ? { requests: requestsOf(all), known: 'older' } : { requests: [], known: 'unknown' };
  }
}

/** The executions of a line that are recorded: those of its last finished build, else those before its last checkpoint. */
function historyOf(place: RecordPlace, steps: readonly string[]): readonly StepExecution[] {
  const finished = recordedResult(place);
  if (finished.length > 0) return finished;
  for (const step of [...steps].reverse()) {
    const answer = readCheckpointRecord(place, step);
    if ('record' in answer && answer.record.history) return answer.record.history;
  }
  return [];
}

/** Executions may read different values, because a value decides what is read next: all of them count. */
function requestsOf(executions: readonly StepExecution[]): ReadRequest[] {
  const requests = new Map<string, ReadRequest>();
  for (const { reads } of executions)
    for (const { request, isKey } of reads)
      if (!requests.has(`${isKey} ${request}`)) requests.set(`${isKey} ${request}`, requestOf(request, isKey));
  return [...requests.values()];
}

/** A description names nodepaths and keys alike. */
function declaredRequests(names: readonly string[]): ReadRequest[] {
  return names.flatMap((name) => [requestOf(name, false), ...(name.includes('/') ? [] : [requestOf(name, true)])]);
}

const requestOf = (request: string, isKey: boolean): ReadRequest => ({
  request,
  isKey,
  isSecret: request.split(/[^\w.-]+/).some(isSecretName),
});
