import { resolve } from 'node:path';
import { isFile } from './input-paths';
import { NamedPaths, type ScriptPlace } from './named-paths';
import { readScript, withOwnFolder, withWorkingFolder } from './script-text';
import { scriptVariables } from './script-variables';

/** A script that names more files than this is scanned no further. */
const MAX_FILES = 200;

/** The inputs that a script names, itself or in files that it names. */
export interface ScriptNames {
  /** Absolute paths. Those in the script's own folder may be missing. */
  readonly paths: readonly string[];
  /** Absolute paths of folders with more than `MAX_FOLDER_ENTRIES` entries, which are not compared. */
  readonly large: readonly string[];
  /** Environment variables. */
  readonly variables: readonly string[];
}

/**
 * The files and environment variables on which a step depends without declaring them, found in its script's text: files
 * of its own folder that it names or sources, recursively; files and folders that it names by a path with a slash, or
 * that its arguments name; its interpreter and commands outside the system; and environment variables.
 *
 * A path that the script only writes to is not an input. Files of the system are not inputs, except sourced ones in
 * `/etc`.
 *
 * @param args the arguments of the manifest's `<argslist>`
 */
export function scriptNames(script: string, place: ScriptPlace, args: readonly string[] = []): ScriptNames {
  const scan = new Scan(resolve(place.cwd, script), place);
  return scan.result(args);
}

class Scan {
  readonly #script: string;
  readonly #paths: NamedPaths;

  readonly #found = new Set<string>();
  readonly #taken = new Set<string>();
  readonly #assigned = new Set<string>();
  readonly #takenFirst = new Set<string>();

  constructor(script: string, place: ScriptPlace) {
    this.#script = script;
    this.#paths = new NamedPaths(script, place);
  }

  result(args: readonly string[]): ScriptNames {
    const left = [this.#script];
    const seen = new Set(left);
    const add = (names: readonly string[]): void => {
      for (const found of names) {
        if (seen.has(found) || this.#found.size >= MAX_FILES) continue;
        seen.add(found);
        this.#found.add(found);
        if (isFile(found)) left.push(found);
      }
    };
    add(this.#paths.inArguments(args));
    for (let path = left.pop(); path !== undefined; path = left.pop()) add(this.#file(path));
    // Variables that one file assigns are also set in a file that sources it. A file that both assigns and uses a
    // variable gives it a default.
    const variables = [...this.#taken].filter((name) => !this.#assigned.has(name) || this.#takenFirst.has(name));
    return { paths: [...this.#found], large: this.#paths.large, variables };
  }

  /** The paths that one file names. */
  #file(path: string): string[] {
    const raw = readScript(path);
    if (raw === undefined) return [];
    const text = withWorkingFolder(withOwnFolder(raw));
    const { taken, assigned } = scriptVariables(text, /^#!.*\bperl/.test(raw));
    for (const name of taken) {
      this.#taken.add(name);
      if (assigned.has(name)) this.#takenFirst.add(name);
    }
    for (const name of assigned) this.#assigned.add(name);
    return this.#paths.inText(path, raw, text);
  }
}
