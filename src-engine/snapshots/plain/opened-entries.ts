import { appendFileSync, chmodSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { number, pairOf, text } from '../../../src-shared/shape';
import { parseJson } from '../../system/json-file';
import { below, systemPath } from '../bytes';

/** A path below the root, and its own mode. */
const openedEntry = pairOf(text, number);

/**
 * Entries that the engine has to open for a moment: an ordinary user cannot read an own folder without read permission. Their modes
 * are written down first, so that a killed engine's changes are undone by the next one.
 */
export class OpenedEntries {
  readonly #file: string;
  readonly #opened = new Map<string, number>();

  constructor(
    readonly root: string,
    folder: string,
  ) {
    this.#file = join(folder, '.opened-modes');
  }

  /** Adds permission bits to an entry; the path is relative to the root. Returns whether anything could be done. */
  open(path: string, mode: number, bits: number): boolean {
    if (process.getuid?.() === 0 || this.#opened.has(path)) return false;
    appendFileSync(this.#file, `${JSON.stringify([path, mode])}\n`, 'latin1');
    this.#opened.set(path, mode);
    chmodSync(systemPath(below(this.root, path)), mode | bits);
    return true;
  }

  /** Whether the entry's mode is not its own at the moment. */
  has(path: string): boolean {
    return this.#opened.has(path);
  }

  /** Gives all entries their modes back. */
  close(): void {
    if (this.#opened.size === 0) return;
    restore(this.root, [...this.#opened]);
    this.forget();
  }

  /** Leaves the modes as they are: the caller has given all entries the modes that they should have. */
  forget(): void {
    this.#opened.clear();
    rmSync(this.#file, { force: true });
  }

  /** Undoes what a killed engine has left. */
  recover(): void {
    let lines: string[];
    try {
      lines = readFileSync(this.#file, 'latin1').split('\n').slice(0, -1);
    } catch {
      return; // nothing was left
    }
    // A line that was torn by a power loss is passed over.
    const entries = lines.flatMap((line) => {
      const entry = parseJson(line, openedEntry);
      return entry ? [entry] : [];
    });
    // It may have been killed after it had sealed an outer folder again.
    for (const [path, mode] of entries) setMode(this.root, path, mode | 0o700);
    restore(this.root, entries);
    rmSync(this.#file, { force: true });
  }
}

/** Innermost first: a folder that is sealed again hides what is in it. */
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
