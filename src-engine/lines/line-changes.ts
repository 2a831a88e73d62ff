import { reasonOf, AppError } from '../../src-shared/errors';
import { refuseMounts } from '../snapshots/guard';
import { stepOfSnapshot } from '../../src-shared/checkpoints/model';
import type { BuildArea } from '../area/area';
import { checkpointPast } from '../area/freshness';
import type { Snapshot, SnapshotBackend } from '../snapshots/backend';
import { isFullDisk } from '../snapshots/plain/full-disk';
import { MountTable } from '../system/mount-table';
import {
  isRebuild,
  newLine,
  nextId,
  readLines,
  writeLines,
  type LineChange,
  type LineFile,
  type LineRecord,
} from './line-file';
import { copyMedia, parkMedia, removeMedia, restoreMedia } from './parked-media';
import { installRecords, keepRecords, leaveRecords, removeParkedRecords, removeRecords } from './parked-records';

/** What becomes the build data when the present ones are parked. */
export type Entered =
  | { readonly then: 'fork'; readonly from: string; readonly snapshot: string }
  | { readonly then: 'activate'; readonly from: string }
  | { readonly then: 'reset' };

/**
 * Changes the line of the build data. The caller holds the area's lock.
 *
 * A change is recorded first. Then the build data is parked with its records and media (`leave`), other build data
 * take their place (`enter`), and lines are destroyed (`remove`). Each phase can be repeated, so that `finish` completes
 * a change that was interrupted at any moment. A change that is refused, or that fails, is undone.
 */
export class LineChanges {
  readonly #area: BuildArea;
  readonly #backend: SnapshotBackend;
  readonly #listed: readonly Snapshot[] | undefined;
  /** Whether the build data still have the records of the line that was just parked. Nothing changes them in between. */
  #hasRecords = false;

  /** @param listed the snapshots of the build data, when the caller has listed them under the lock */
  constructor(area: BuildArea, backend: SnapshotBackend, listed?: readonly Snapshot[]) {
    this.#area = area;
    this.#backend = backend;
    this.#listed = listed;
  }

  /**
   * Whether each record of a change has to be forced to the disk. It need not where the backend's own changes reach the
   * disk together with all that was written before them: a power loss then leaves an earlier state of everything.
   */
  get #syncs(): boolean {
    return !this.#backend.takeSyncsArea;
  }

  /** Completes or undoes an interrupted change, and ends an interrupted proof. Returns whether there was one. */
  async finish(): Promise<boolean> {
    const lines = readLines(this.#area);
    if (lines.change) await this.#run(lines, lines.change);
    const isProof = await this.endProof();
    return lines.change !== null || isProof;
  }

  /**
   * Goes back to the line that a rebuild proves, and removes the rebuild. It can be repeated after an interruption.
   * Returns whether there was a rebuild.
   *
   * @param keeps the rebuild becomes an ordinary parked line instead
   */
  async endProof(keeps = false): Promise<boolean> {
    const { active, lines } = this.#read();
    const rebuilds = lines.filter(isRebuild).map(({ id }) => id);
    if (rebuilds.length === 0) return false;
    const proven = lines.find(({ id }) => id === active)?.proves;
    if (proven !== undefined && lines.some(({ id }) => id === proven)) await this.activate(proven);
    const present = this.#read();
    if (!keeps && !rebuilds.includes(present.active)) await this.remove(rebuilds);
    else writeLines(this.#area, { ...present, lines: present.lines.map(ordinary) });
    return true;
  }

  /** Keeps the present line, and makes a new one the line of the build data. */
  async keep(line: LineRecord, entered: Exclude<Entered, { then: 'activate' }>): Promise<void> {
    const lines = this.#read();
    await this.#begin(
      { ...lines, lines: [...used(lines), line], next: lines.next + 1 },
      { park: lines.active, becomes: line.id, removes: [], ...entered },
    );
  }

  /** Makes a parked line the line of the build data. */
  async activate(line: string): Promise<void> {
    const lines = this.#read();
    await this.#begin(
      { ...lines, lines: used(lines) },
      { park: lines.active, becomes: line, removes: [], then: 'activate', from: line },
    );
  }

  /**
   * Does what `rollback` or, without a snapshot, `reset` of the backend does, where parked lines depend on snapshots that
   * these destroy. Media are not touched.
   */
  async discard(snapshot?: string): Promise<void> {
    const lines = this.#read();
    const park = nextId(lines);
    const entered: Entered = snapshot === undefined ? { then: 'reset' } : { then: 'fork', from: park, snapshot };
    await this.#begin(
      { ...lines, lines: [...lines.lines, newLine(park, 'discarded')], next: lines.next + 1 },
      { park, becomes: lines.active, removes: [park], ...entered },
    );
  }

  /**
   * Destroys parked lines. On a full disk it does so without a record, because that frees space: a line that stays
   * listed after an interruption can be removed again.
   */
  async remove(ids: readonly string[]): Promise<void> {
    const lines = this.#read();
    const change: LineChange = {
      phase: 'remove',
      park: null,
      then: 'reset',
      from: null,
      snapshot: null,
      becomes: lines.active,
      removes: ids,
    };
    const present = { ...lines, change };
    try {
      writeLines(this.#area, present, this.#syncs);
    } catch (error) {
      if (!isFullDisk(error)) throw error;
    }
    await this.#remove(present, ids);
  }

  #read(): LineFile {
    const lines = readLines(this.#area);
    if (lines.change) throw new Error('a change of lines has not been completed');
    return lines;
  }

  async #begin(lines: LineFile, change: Omit<LineChange, 'phase' | 'from' | 'snapshot'> & Entered): Promise<void> {
    const action = 'Changing the line of the build data';
    refuseMounts(action, this.#area.media, (await MountTable.read()).inside(this.#area.media));
    await this.#run(lines, { phase: 'leave', snapshot: null, from: null, ...change });
  }

  async #run(lines: LineFile, change: LineChange): Promise<void> {
    let present: LineFile = { ...lines, change };
    writeLines(this.#area, present, this.#syncs);
    if (change.phase === 'leave') {
      await this.#leave(present, change);
      present = this.#next(present, { ...change, phase: 'enter' });
    }
    if (present.change?.phase === 'enter') {
      await this.#enter(present, present.change);
      present = this.#next(
        { ...present, active: change.becomes },
        change.removes.length > 0 ? { ...change, phase: 'remove' } : null,
      );
    }
    if (present.change?.phase === 'remove') await this.#remove(present, present.change.removes);
  }

  #next(lines: LineFile, change: LineChange | null): LineFile {
    const next = { ...lines, change };
    writeLines(this.#area, next, this.#syncs);
    return next;
  }

  async #leave(lines: LineFile, change: LineChange): Promise<void> {
    const { park, removes } = change;
    if (park === null) return;
    const area = this.#area;
    const keepsMedia = removes.length > 0;
    try {
      const listed = this.#listed ?? (await this.#backend.list());
      this.#hasRecords = keepRecords(area, park, listed, this.#syncs);
      if (!keepsMedia) parkMedia(area, park);
      await this.#backend.lines.park(park);
    } catch (error) {
      if ((await this.#backend.lines.list()).has(park)) throw error;
      restoreMedia(area, park);
      removeParkedRecords(area, park);
      this.#next(withoutNew(lines, change), null);
      throw error;
    }
  }

  async #enter(lines: LineFile, change: LineChange): Promise<void> {
    const { park } = change;
    try {
      await this.#replace(change);
    } catch (error) {
      const isUndo = change.then === 'activate' && change.from === park;
      if (park === null || isUndo) throw this.#unfinished(error);
      // Recorded first: the undoing may be interrupted too.
      const undo: LineChange = {
        ...change,
        then: 'activate',
        from: park,
        snapshot: null,
        becomes: lines.active,
        removes: [],
      };
      const before = this.#next(withoutNew(lines, change), undo);
      await this.#enter(before, undo);
      this.#next(before, null);
      throw error;
    }
    await this.#install(change);
  }

  async #replace({ then, from, snapshot }: LineChange): Promise<void> {
    const { lines } = this.#backend;
    if (then === 'fork') await lines.fork(from ?? '', snapshot ?? '');
    else if (then === 'activate') await lines.activate(from ?? '');
    else await this.#backend.reset();
  }

  /** The records and the media of the new build data. */
  async #install({ then, park, from, snapshot, removes }: LineChange): Promise<void> {
    const area = this.#area;
    if (then === 'reset' || from === null) return removeRecords(area);
    const names = this.#forked({ from, snapshot }, park) ?? (await this.#backend.list()).map(({ name }) => name);
    if (then === 'fork' && from === park && this.#hasRecords) leaveRecords(area, names);
    else installRecords(area, from, names, then === 'activate');
    if (then === 'activate') {
      restoreMedia(area, from);
      removeParkedRecords(area, from);
    } else if (removes.length === 0) copyMedia(area, from, endOfPast(area, names.at(-1)));
  }

  /** The snapshots after a fork from the line that was just left, when the caller has listed them. */
  #forked({ from, snapshot }: Pick<LineChange, 'from' | 'snapshot'>, park: string | null): string[] | undefined {
    const names = this.#listed?.map(({ name }) => name) ?? [];
    const at = snapshot === null || from !== park ? -1 : names.indexOf(snapshot);
    return at < 0 ? undefined : names.slice(0, at + 1);
  }

  async #remove(lines: LineFile, ids: readonly string[]): Promise<void> {
    let left = lines;
    const failures: { readonly id: string; readonly error: unknown }[] = [];
    for (const id of ids)
      try {
        await this.#backend.lines.destroy(id);
        removeMedia(this.#area, id);
        removeParkedRecords(this.#area, id);
        left = { ...left, lines: left.lines.filter((line) => line.id !== id) };
      } catch (error) {
        failures.push({ id, error });
      }
    // A line that cannot be destroyed stays a line, and blocks no other command.
    this.#next(left, null);
    const [first] = failures;
    if (!first) return;
    const kept = failures.map(({ id }) => id);
    const removed = ids.filter((id) => !kept.includes(id));
    if (removed.length === 0 || !(first.error instanceof AppError)) throw first.error;
    const reason = first.error.message.replace(/ Nothing was changed\.$/, '');
    const { code, hint } = first.error;
    throw new AppError(code, `Removed ${removed.join(', ')}, but not ${kept.join(', ')}: ${reason}`, hint);
  }

  #unfinished(error: unknown): AppError {
    return new AppError(
      'snapshot',
      `A change of lines in ${this.#area.mountpoint} could not be completed or undone: ${reasonOf(error)}`,
      'No line is lost. Remove the cause, and run any command on this area again: it completes the change.',
    );
  }
}

/** When the last step before a checkpoint ended, in seconds since the epoch; 0 when no step is known to have run before it. */
function endOfPast(area: BuildArea, snapshot: string | undefined): number {
  const step = snapshot === undefined ? undefined : stepOfSnapshot(snapshot);
  const past = step === undefined ? undefined : checkpointPast(area, -1, step);
  return past && 'history' in past ? (past.history.at(-1)?.finishedAt ?? 0) : 0;
}

/** The lines with the time at which the present one was used last. */
function used({ lines, active }: LineFile): LineRecord[] {
  const usedAt = Math.floor(Date.now() / 1000);
  return lines.map((line) => (line.id === active ? { ...line, usedAt } : line));
}

/** The record of a line that proves nothing any more. */
function ordinary({ proves: _, ...line }: LineRecord): LineRecord {
  return line;
}

/** The lines before a change that is undone: the line that it was to make has never existed. */
function withoutNew(lines: LineFile, { then, park, becomes, removes }: LineChange): LineFile {
  const made = removes.length > 0 ? park : then === 'activate' ? undefined : becomes;
  return { ...lines, lines: lines.lines.filter(({ id }) => id !== made) };
}
