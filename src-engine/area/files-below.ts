import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isFile } from './input-paths';
import { isWritten } from './path-mentions';

/** The limit on entries below a script's folder that are read. */
const MAX_ENTRIES = 2000;

/** A variable; or a token that may name a file: a name or a path, also one behind a variable. */
const TOKEN = /\$\{?[#!]?\w+|([\w.+@%~-]+(?:\/[\w.+@%~-]+)*)/g;
/** Makes a token the rest of a path in an argument, such as `"$2"/etc/passwd`, or of an absolute path. */
const ELSEWHERE = /\$(?:\{[2-9]\}|[2-9])["']?\/$|(?:^|[^\w})"'$.*?\]])\/$/;

/**
 * The files below a script's own folder, by the names that a text has for them. This finds what the other scans miss,
 * for example the files of a loop: `for f in one two; do . "$here/$f"; done`.
 */
export class FilesBelow {
  readonly #folder: string;
  readonly #leftOut: ReadonlySet<string>;
  #known: ReadonlyMap<string, readonly string[]> | undefined;

  /**
   * @param folder the script's own folder
   * @param leftOut paths that do not count, with everything below them
   */
  constructor(folder: string, leftOut: readonly string[]) {
    this.#folder = folder;
    this.#leftOut = new Set(leftOut);
  }

  /**
   * The files that a text names by their path, the end of their path, or their name.
   *
   * @param hasPlain whether a name without a dot and without a slash counts as well
   */
  namedIn(text: string, hasPlain: boolean): string[] {
    const found = new Set<string>();
    const extensions = new Set(Array.from(text.matchAll(/(?:\$\w+|\}|["'])(\.\w+)\b/g), ([, one = '']) => one));
    for (const match of text.matchAll(TOKEN)) {
      const [, spelled = ''] = match;
      const token = spelled.replace(/^(?:\.{1,2}\/)+|[.,:~]+$/g, '');
      if (token === '' || (!hasPlain && !/[./]/.test(token))) continue;
      const before = text.slice(Math.max(0, match.index - 8), match.index);
      if (spelled.startsWith('-') || ELSEWHERE.test(before)) continue;
      const named = this.#ending(token);
      if (named.length > 0 && isWritten(text, match.index, match.index + spelled.length)) continue;
      for (const path of named) found.add(path);
      // for f in one two; do . "$here/$f.sh"; done
      if (hasPlain) for (const one of extensions) for (const path of this.#ending(token + one)) found.add(path);
    }
    return [...found].filter(isFile);
  }

  /** The files whose path below the folder is this one or ends with it. */
  #ending(token: string): readonly string[] {
    this.#known ??= this.#files();
    const files = this.#known.get(token.slice(token.lastIndexOf('/') + 1)) ?? [];
    return files.filter((path) => path.endsWith(`/${token}`));
  }

  /** The files by their names. The folders nearest to the script come first. */
  #files(): Map<string, string[]> {
    const files = new Map<string, string[]>();
    const folders = [this.#folder];
    let count = 0;
    for (const folder of folders)
      for (const entry of entriesOf(folder)) {
        if (++count > MAX_ENTRIES) return files;
        const path = join(folder, entry.name);
        if (this.#leftOut.has(path) || entry.name === '.git') continue;
        if (entry.isDirectory()) folders.push(path);
        else files.set(entry.name, [...(files.get(entry.name) ?? []), path]);
      }
    return files;
  }
}

function entriesOf(folder: string): { readonly name: string; isDirectory(): boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return []; // this account cannot list it
  }
}
