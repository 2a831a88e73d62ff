import type { ForkSubject } from '../../src-shared/variants/forks';
import { forkOf } from '../../src-shared/variants/forks';
import type { BuildArea } from '../area/area';
import { CurrentState } from '../area/current-state';
import { Freshness } from '../area/freshness';
import { readLineResult } from '../area/line-result';
import type { ManifestFile } from '../area/manifest-file';
import { byLastUse } from '../lines/by-last-use';
import { readLines, type LineFile, type LineRecord } from '../lines/line-file';
import { parkedPlace } from '../lines/parked-records';

/** How the last image of a variant compares with a build of today. */
export interface VariantState {
  readonly state: 'current' | 'stale' | 'unknown' | 'unfinished' | 'not-built';
  /** The line that has it; `null` without one. */
  readonly line: string | null;
  /** Why it is not current, as sentences. */
  readonly reasons: readonly string[];
}

const NOT_BUILT: VariantState = { state: 'not-built', line: null, reasons: [] };

/** Judges the variants of an area by the lines that they are built on. No server is asked. */
export class VariantStates {
  readonly #area: BuildArea;
  readonly #lines: LineFile;

  constructor(area: BuildArea) {
    this.#area = area;
    this.#lines = readLines(area);
  }

  /**
   * The state of a variant: that of its own line or, without one, of a current line of the manifest or of a variant with
   * the same steps.
   *
   * @param subjects all variants and, by an empty name, the manifest itself
   */
  async of(subject: ForkSubject, file: ManifestFile, subjects: readonly ForkSubject[]): Promise<VariantState> {
    if (!this.#area.exists) return NOT_BUILT;
    const current = new CurrentState(this.#area, file, { asksServers: false });
    const [own] = this.#linesOf(subject.name);
    if (own) return this.#judge(own, file, current);
    const same = subjects.filter((other) => other !== subject && forkOf(subject, other) === undefined);
    for (const line of same.flatMap(({ name }) => this.#linesOf(name))) {
      const judged = await this.#judge(line, file, current);
      if (judged.state === 'current') return judged;
    }
    return NOT_BUILT;
  }

  /** The lines of a variant, the last used one first. */
  #linesOf(variant: string): LineRecord[] {
    return this.#lines.lines.filter((line) => (line.variant ?? '') === variant).sort(byLastUse);
  }

  async #judge({ id }: LineRecord, file: ManifestFile, current: CurrentState): Promise<VariantState> {
    const isActive = id === this.#lines.active;
    const place = isActive ? this.#area : parkedPlace(this.#area, id);
    const result = readLineResult(place, isActive ? this.#area : undefined);
    if ('unknown' in result) return { state: 'unfinished', line: id, reasons: [result.unknown] };
    const judge = new Freshness(this.#area, file, { asksServers: false }, place, current);
    const freshness = await judge.ofResult(result);
    if (freshness.kind === 'current') return { state: 'current', line: id, reasons: [] };
    if (freshness.kind === 'unknown') return { state: 'unknown', line: id, reasons: [freshness.reason] };
    return { state: 'stale', line: id, reasons: freshness.reasons };
  }
}
