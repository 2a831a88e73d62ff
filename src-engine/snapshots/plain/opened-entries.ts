import { appendFileSync, chmodSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { number, pairOf, text } from '../../../src-shared/shape';
import { parseJson } from '../../system/json-file';
import { below, systemPath } from '../bytes';
import type { LiveEntry } from './scan';

/** A path below the root, and its own mode. */
const openedEntry = pairOf(text, number);

/**
 * Entries that the engine has to open for a moment, because an ordinary user cannot read an own folder without read
 * permission. Their modes are recorded first, so that the next engine can undo the changes of a killed one.
 */
export class OpenedEntries {
  readonly #file: string;
  readonly #opened = new Map<string, number>();
  /** The stamps before the change of opened files. All names of a file have one. */
  readonly #stamps = new Set<string>();

  constructor(
    readonly root: string,
    folder: string,
  ) {
    this.#file = join(folder, '.opened-modes');
  }

  /** Adds the permission to read to a file, which opens all its names. */
  openFile({ record: { path, mode }, stamp }: LiveEntry): void {
    if (this.open(path, mode, 0o400)) this.#stamps.add(stamp);
  }

  /** Adds permission bits to an entry; the path is relative to the root. Returns whether that succeeded. */
  open(path: string, mode: number, bits: number): boolean {
    if (process.getuid?.() === 0 || this.#opened.has(path)) return false;
    appendFileSync(this.#file, `${JSON.stringify([path, mode])}\n`, 'latin1');
    this.#opened.set(path, mode);
    chmodSync(systemPath(below(this.root, path)), mode | bits);
    return true;
  }

  /** Whether the entry's mode is temporarily changed, also under another name of the same file. */
  has({ record, stamp }: LiveEntry): boolean {
    return this.hasPath(record.path) || this.#stamps.has(stamp);
  }

  /** Whether the mode of the entry at this path is temporarily changed. */
  hasPath(path: string): boolean {
    return this.#opened.has(path);
  }

  /** Restores the modes of all entries. */
  close(): void {
    if (this.#opened.size === 0) return;
    restore(this.root, [...this.#opened]);
    this.forget();
  }

  /** Leaves the modes as they are, because the caller has set the final ones. */
  forget(): void {
    this.#opened.clear();
    this.#stamps.clear();
    rmSync(this.#file, { force: true });
  }

  /** Undoes the changes of a killed engine. */
  recover(): void {
    let lines: string[];
    try {
      lines = readFileSync(this.#file, 'latin1').split('\n').slice(0, -1);
    } catch {
      return; // nothing to undo
    }
    // A line that a power loss has cut is skipped.
    const entries = lines.flatMap((line) => {
      const entry = parseJson(line, openedEntry);
      return entry ? [entry] : [];
    });
    // The engine may have been killed after it had closed an outer folder again.
    for (const [path, mode] of entries) setMode(this.root, path, mode | 0o700);
    restore(this.root, entries);
    rmSync(this.#file, { force: true });
  }
}

/** Innermost first, because a folder without permissions hides its contents. */
function restore(root: string, entries: readonly (readonly [path: string, mode: number])[]): void {
  for (const [path, mode] of [...entries].reverse()) setMode(root, path, mode);
}

function setMode(root: string, path: string, mode: number): void {
  try {
    chmodSync(systemPath(below(root, path)), mode);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
