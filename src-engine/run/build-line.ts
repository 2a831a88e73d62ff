import { removeLineResult } from '../area/line-result';
import type { BuildArea } from '../area/area';
import type { RecordPlace } from '../area/checkpoint-records';
import { LineChanges } from '../lines/line-changes';
import { freeName, lineName, newLine, nextId, parkedLines, readLines, type LineRecord } from '../lines/line-file';
import { parkedPlace } from '../lines/parked-records';
import type { Snapshot, SnapshotBackend } from '../snapshots/backend';

/** The line on which a build works. */
export interface BuildLine {
  readonly id: string;
  /** The variant that builds on it. */
  readonly variant?: string | undefined;
  /** Where it left another line, as `LINE@STEP`; `null` for the first one. */
  readonly parent: string | null;
  /** The line to make, which keeps the present one; missing for a build on the present line. */
  readonly made?: MadeLine | undefined;
}

/** A line that begins with a build. */
interface MadeLine {
  readonly record: LineRecord;
  /** The line to fork from. */
  readonly from: string;
  /** The name of the line that the build leaves. */
  readonly left: string;
}

/** The line of a build that makes none. */
export function presentLine(area: BuildArea): BuildLine {
  const { active, lines } = readLines(area);
  const line = lines.find(({ id }) => id === active);
  return { id: active, parent: originText(line), variant: line?.variant };
}

/**
 * The line of a build that makes one and keeps the present one.
 *
 * @param name the wanted name; a line that has it already keeps it alone
 * @param from the line to fork from
 * @param step the step after the checkpoint to fork from; `undefined`: the line begins empty
 * @param variant the variant that builds on it
 */
export function madeLine(
  area: BuildArea,
  name: string,
  from: string,
  step: string | undefined,
  variant?: string,
): BuildLine {
  const lines = readLines(area);
  const made = newLine(nextId(lines), freeName(lines, name), { line: from, step: step ?? null });
  const record = variant === undefined ? made : { ...made, variant };
  const left = `${lineName(lines, lines.active)} (${lines.active})`;
  return { id: record.id, parent: originText(record), variant, made: { record, from, left } };
}

/**
 * The line of a rebuild from the beginning that proves the present one. When the proof ends, also after a crash, the present
 * line is that of the build data again.
 */
export function rebuildLine(area: BuildArea, image: string): BuildLine {
  const { active } = readLines(area);
  const line = madeLine(area, `proof of ${image}`, active, undefined);
  return { ...line, made: line.made && { ...line.made, record: { ...line.made.record, proves: active } } };
}

function originText(line: LineRecord | undefined): string | null {
  if (!line?.parent) return null;
  return line.parent.step === null ? line.parent.line : `${line.parent.line}@${line.parent.step}`;
}

/** The build data of a build, and how it goes back to an earlier state of them. */
export class BuildTree {
  readonly #area: BuildArea;
  readonly #backend: SnapshotBackend;
  readonly #line: BuildLine;

  constructor(area: BuildArea, backend: SnapshotBackend, line: BuildLine) {
    this.#area = area;
    this.#backend = backend;
    this.#line = line;
  }

  /** Where the records of the checkpoint are that the build resumes from. */
  get origin(): RecordPlace {
    const { made } = this.#line;
    return made && made.from !== readLines(this.#area).active ? parkedPlace(this.#area, made.from) : this.#area;
  }

  /**
   * Makes the build data equal to a snapshot. The later ones are destroyed, or kept with the line that the build leaves.
   *
   * @param listed the snapshots of the line that the build goes back on
   */
  async goBack(name: string, listed: readonly Snapshot[]): Promise<void> {
    const { made } = this.#line;
    if (made) {
      // Those of a parked line are not those of the line that is left.
      const present = made.from === readLines(this.#area).active ? listed : undefined;
      return this.#changes(present).keep(made.record, { then: 'fork', from: made.from, snapshot: name });
    }
    removeLineResult(this.#area);
    if (await this.#isBlocked(name)) return this.#changes(listed).discard(name);
    return this.#backend.rollback(name, listed);
  }

  /** Makes empty build data without snapshots. */
  async reset(): Promise<void> {
    const { made } = this.#line;
    if (made) return this.#changes().keep(made.record, { then: 'reset' });
    removeLineResult(this.#area);
    return (await this.#isBlocked()) ? this.#changes().discard() : this.#backend.reset();
  }

  #changes(listed?: readonly Snapshot[]): LineChanges {
    return new LineChanges(this.#area, this.#backend, listed);
  }

  /** Whether parked lines depend on what a rollback would destroy. */
  async #isBlocked(name?: string): Promise<boolean> {
    return parkedLines(readLines(this.#area)).length > 0 && this.#backend.lines.blockRollback(name);
  }
}
