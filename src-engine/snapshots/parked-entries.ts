import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { listOf, object, optional, text, type TypeOf } from '../../src-shared/shape';
import { syncFolder } from '../system/durable';
import { exists, makeFolders, writeFileAtomically } from '../system/files';
import { readJsonFile } from '../system/json-file';

/** Before the name of an entry that the build data's line does not have. */
const HIDDEN = 'parked-';
const LINE = 'line-of-';

const lineList = object('LineList', 'The entries of a parked line.', {
  entries: listOf(text),
  end: optional(text, 'The entry with the last tree, where it is one.'),
});

/** The entries of a parked line in the order in which they were taken. */
export type LineList = TypeOf<typeof lineList>;

/**
 * Assigns the entries of a folder of snapshots to lines:
 *
 * - An entry under its own name belongs to the build data. Parked lines may have it too.
 * - An entry behind `parked-` belongs to parked lines only.
 * - `line-of-ID` lists the entries of a parked line.
 *
 * A rename inside the folder hides or shows an entry. A read-only subvolume cannot be moved to another folder. A hidden
 * entry that no line lists is a remain of a destroyed line.
 */
export class ParkedEntries {
  constructor(readonly folder: string) {}

  /** The ids of the parked lines. */
  lines(): string[] {
    return this.#names().flatMap((name) =>
      name.startsWith(LINE) && !name.endsWith('.partial') ? [name.slice(LINE.length)] : [],
    );
  }

  /** The entries of a parked line; `undefined` when there is no such line. Throws when its list is damaged. */
  read(line: string): LineList | undefined {
    const path = this.#path(line);
    const found = readJsonFile(path, lineList);
    if (found.kind === 'damaged')
      throw new AppError(
        'snapshot',
        `The list of the checkpoints of line ${line} is damaged: ${path}: ${found.why}. Nothing was changed.`,
        'Restore that file. Without it the checkpoints of the line cannot be distinguished from those of others.',
      );
    return found.kind === 'read' ? found.value : undefined;
  }

  /** As `read`, for a line that has to exist. */
  require(line: string): LineList {
    const found = this.read(line);
    if (!found) throw new AppError('snapshot', `There is no line ${line} in ${this.folder}.`);
    return found;
  }

  write(line: string, list: LineList): void {
    makeFolders(this.folder);
    writeFileAtomically(this.#path(line), JSON.stringify(list));
  }

  /** Removes the list of a line, not its entries. */
  remove(line: string): void {
    rmSync(this.#path(line), { force: true });
    syncFolder(this.folder);
  }

  /** The entries that parked lines have, those of some lines left out. */
  needed(except: readonly string[] = []): Set<string> {
    const lines = this.lines().filter((line) => !except.includes(line));
    return new Set(
      lines.flatMap((line) => this.read(line) ?? []).flatMap(({ entries, end = '' }) => [...entries, end]),
    );
  }

  /** How many parked lines have each entry. */
  uses(): ReadonlyMap<string, number> {
    const uses = new Map<string, number>();
    for (const line of this.lines()) {
      const { entries, end = '' } = this.read(line) ?? { entries: [] };
      for (const entry of new Set([...entries, end])) uses.set(entry, (uses.get(entry) ?? 0) + 1);
    }
    return uses;
  }

  /** The path of an entry, hidden or not. */
  pathOf(entry: string): string {
    const hidden = this.hiddenPath(entry);
    return exists(hidden) ? hidden : join(this.folder, entry);
  }

  hiddenPath(entry: string): string {
    return join(this.folder, HIDDEN + entry);
  }

  /** Hides an entry when a parked line has it. Returns whether it did; otherwise the caller destroys the entry. */
  keep(path: string, needed: ReadonlySet<string> = this.needed()): boolean {
    const entry = basename(path);
    if (!needed.has(entry)) return false;
    renameSync(path, this.hiddenPath(entry));
    syncFolder(this.folder);
    return true;
  }

  /** Makes exactly these entries those of the build data. The others are hidden. */
  show(entries: readonly string[], visible: readonly string[]): void {
    const hidden = visible.filter((path) => !entries.includes(basename(path)));
    const shown = entries.filter((entry) => exists(this.hiddenPath(entry)));
    for (const path of hidden) renameSync(path, this.hiddenPath(basename(path)));
    for (const entry of shown) renameSync(this.hiddenPath(entry), join(this.folder, entry));
    if (hidden.length + shown.length > 0) syncFolder(this.folder);
  }

  /** Hidden entries that no line has, newest first, as paths. */
  remains(): string[] {
    const needed = this.needed();
    return this.#names()
      .filter((name) => name.startsWith(HIDDEN) && !needed.has(name.slice(HIDDEN.length)))
      .sort()
      .reverse()
      .map((name) => join(this.folder, name));
  }

  #path(line: string): string {
    return join(this.folder, LINE + line);
  }

  #names(): string[] {
    try {
      return readdirSync(this.folder);
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
      throw error;
    }
  }
}
