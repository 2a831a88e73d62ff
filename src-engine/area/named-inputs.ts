import { lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { OwnTools } from './own-tools';
import { OWN, readScript, withOwnFolder, withWorkingFolder } from './script-text';
import { scriptVariables } from './script-variables';

/** A script that names more files than this is scanned no further. */
const MAX_FILES = 200;
/** A folder that a script names is an input when it has no more entries. Otherwise the checkpoint's freshness is unknown. */
export const MAX_FOLDER_ENTRIES = 500;

/** Parts of the operating system. A script that names one needs it as a tool and does not depend on its bytes. */
const SYSTEM =
  /^\/(usr(?!\/local\/)|bin|sbin|lib\w*|proc|sys|dev|run|var(?!\/tmp\/)|boot|nix|snap|kernel|platform|system|devices|etc)(\/|$)/;

/** Where a script is started. */
export interface ScriptPlace {
  /** The engine's working directory, which steps inherit. */
  readonly cwd: string;
  /** Absolute paths that are not inputs, including everything below them: the build area. */
  readonly area: string;
  /** The manifest. Steps read it through the server. */
  readonly manifest: string;
  /** The `PATH` of steps. */
  readonly path?: string | undefined;
}

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
  readonly #place: ScriptPlace;

  readonly #tools: OwnTools;

  readonly #found = new Set<string>();
  readonly #large = new Set<string>();
  readonly #taken = new Set<string>();
  readonly #assigned = new Set<string>();
  readonly #takenFirst = new Set<string>();
  readonly #listings = new Map<string, ReadonlySet<string>>();

  constructor(script: string, place: ScriptPlace) {
    this.#script = script;
    this.#place = place;
    this.#tools = new OwnTools(place.cwd, place.path ?? '', isSystem);
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
    add(this.#arguments(args));
    for (let path = left.pop(); path !== undefined; path = left.pop()) add(this.#file(path));
    // Variables that one file assigns are also set in a file that sources it. A file that both assigns and uses a
    // variable gives it a default.
    const variables = [...this.#taken].filter((name) => !this.#assigned.has(name) || this.#takenFirst.has(name));
    return { paths: [...this.#found], large: [...this.#large], variables };
  }

  /** The paths that one file names. */
  #file(path: string): string[] {
    const raw = readScript(path);
    if (raw === undefined) return [];
    const text = withWorkingFolder(withOwnFolder(raw));
    const { taken, assigned } = scriptVariables(text);
    for (const name of taken) {
      this.#taken.add(name);
      if (assigned.has(name)) this.#takenFirst.add(name);
    }
    for (const name of assigned) this.#assigned.add(name);
    const folders = [...new Set([dirname(path), dirname(this.#script)])];
    return [
      ...this.#ownPaths(text, folders),
      ...this.#bareNames(raw, text, folders),
      ...this.#paths(text, folders),
      ...this.#folderNames(text),
      ...this.#tools.commands(raw, text),
      ...[this.#tools.interpreter(raw)].filter((tool) => tool !== undefined),
    ].filter((found) => this.#mayBeInput(found));
  }

  /** Files and folders that arguments name: as a whole, after an `=`, or in a list. */
  #arguments(args: readonly string[]): string[] {
    const folders = [dirname(this.#script)];
    const whole = args
      .flatMap((arg) => [arg, arg.slice(arg.indexOf('=') + 1), ...arg.split(/[=,:;\s]+/)])
      .filter((arg) => /[/.]/.test(arg))
      .map((arg) => resolve(this.#place.cwd, arg))
      .filter((path) => !isSystem(path) && (isFile(path) || this.#isOwnFolder(path)));
    return [...whole, ...args.flatMap((arg) => this.#paths(arg, folders))].filter((found) => this.#mayBeInput(found));
  }

  #mayBeInput(path: string): boolean {
    return path !== this.#script && path !== this.#place.manifest && !this.#isInArea(path);
  }

  /** `"$(dirname "$0")/NAME"`, even when the file is missing, because a script may test whether it exists. */
  #ownPaths(text: string, folders: readonly string[]): string[] {
    const found: string[] = [];
    for (const match of text.matchAll(new RegExp(`${OWN}["']?((?:/[\\w.+@%~:,=-]+)+)`, 'g'))) {
      const [all, below = ''] = match;
      const isPart = /^["']?\/?[$`*?[{\\]/.test(text.slice(match.index + all.length));
      if (isWritten(text, match.index, match.index + all.length)) continue;
      const candidates = folders.map((folder) => join(folder, below));
      // A folder that is assigned to a variable is named where the variable is used.
      const isAssigned = /=["']?$/.test(text.slice(0, match.index).slice(-2));
      const there = candidates.find((one) => isFile(one) || (!isAssigned && this.#isOwnFolder(one)));
      if (there !== undefined) found.push(there);
      else if (!isPart && candidates[0] !== undefined && !candidates.some(exists)) found.push(candidates[0]);
    }
    return found;
  }

  /** Names without a folder that must be beside the script, or in the folder where the script works. */
  #bareNames(raw: string, text: string, folders: readonly string[]): string[] {
    const found: string[] = [];
    const cwd = this.#place.cwd;
    const take = (name: string, places: readonly string[]): void => {
      for (const folder of places)
        if (this.#list(folder).has(name) && isFile(join(folder, name))) found.push(join(folder, name));
    };
    // A name with an extension, such as common.sh, whatever expression precedes it.
    for (const [name] of text.matchAll(/(?<![\w$}.+@%~-])[\w+@%~-]*\.[\w.+@%~-]*\w/g)) take(name, folders);
    for (const [, name = ''] of text.matchAll(/(?<![\w$}.+@%~/"-])([\w+@%~-]*\.[\w.+@%~-]*\w)/g)) take(name, [cwd]);
    for (const [, name = ''] of text.matchAll(
      /(?:^|[\s;&|(])(?:\.|source|(?:ba|da|k|z)?sh|python[\d.]*|perl|exec)\s+["']?([\w.+@%~-]+)["']?(?=[\s;&|)]|$)/gm,
    ))
      take(name, [...folders, cwd]);
    // A script that changes to its own folder names the files there without a path.
    const works = Array.from(
      text.matchAll(new RegExp(`\\b(?:cd|pushd|chdir)[\\s(]+(?:--\\s+)?"?${OWN}([^"'\\s;&|)]*)`, 'g')),
      ([, below = '']) => folders.map((folder) => join(folder, below)),
    ).flat();
    if (works.length > 0) for (const [name] of text.matchAll(/[\w.+@%~-]+/g)) take(name, works);
    if (/^#!.*\b(python|perl|ruby|node|lua|tclsh)/.test(raw)) {
      for (const [, name = ''] of text.matchAll(/["']([\w.+@%~-]+)["']/g)) take(name, folders);
      for (const [, name = ''] of text.matchAll(/^\s*(?:import|from)\s+\.?(\w+)/gm)) take(`${name}.py`, folders);
    }
    return found;
  }

  /** Paths with a slash: absolute ones outside the system, and relative ones below the script's working directory. */
  #paths(text: string, folders: readonly string[]): string[] {
    const found: string[] = [];
    for (const match of text.matchAll(
      /(?<=^|[\s=(<>|&;,:[{"'`!]|:-)((?:\.{0,2}\/|[\w.+@%~][\w.+@%~-]*\/)[\w.+@%~,=:/-]*)/gm,
    )) {
      const [spelled] = match;
      if (spelled.startsWith('//') || closesQuote(text, match.index)) continue;
      if (isWritten(text, match.index, match.index + spelled.length)) continue;
      const isPattern = /[*?[{]/.test(text.charAt(match.index + spelled.length));
      const spellings = isPattern
        ? [spelled.slice(0, spelled.lastIndexOf('/') + 1)]
        : [spelled, spelled.replace(/[.,:=~-]+$/, '')];
      for (const spelling of new Set(spellings)) {
        const places = isAbsolute(spelling)
          ? ['']
          : [this.#place.cwd, ...folders.filter(() => text.includes(`cd ${OWN}`))];
        const path = places.map((place) => resolve(place || '/', spelling)).find(isInputPath);
        if (path === undefined) continue;
        if (isSystem(path) && !(path.startsWith('/etc/') && isSourced(text, match.index))) continue;
        if (isFile(path) || this.#isOwnFolder(path)) found.push(path);
        break;
      }
    }
    return found;
  }

  /** Folders of the working directory without a slash, where a command takes a folder: `cp -r lib "$2"`. */
  #folderNames(text: string): string[] {
    const found: string[] = [];
    const cwd = this.#place.cwd;
    for (const match of text.matchAll(
      /(?<=(?:^|[\s;&|(])(?:cp|rsync|tar|cd|pushd|find|diff|in)\s(?:[^\n;&|()]*[\s"'=])?["']?)(?<![\w$}./+@%~-])[\w+@%~][\w.+@%~-]*(?=["']?(?:[\s;&|)]|$))/gm,
    )) {
      const [name] = match;
      if (!this.#list(cwd).has(name) || isWritten(text, match.index, match.index + name.length)) continue;
      const path = join(cwd, name);
      if (!isFile(path) && this.#isOwnFolder(path)) found.push(path);
    }
    return found;
  }

  /**
   * Whether a folder may be an input as a whole. Not when it contains the build area or the document, is in the area, or
   * is a top-level folder. A large folder is kept in `#large`.
   */
  #isOwnFolder(path: string): boolean {
    const { area, cwd, manifest } = this.#place;
    const contains = [area, cwd, manifest, this.#script].some((inside) => `${inside}/`.startsWith(`${path}/`));
    if (contains || path.split('/').length <= 2 || !isFolder(path) || this.#isInArea(path)) return false;
    if (isSmall(path)) return true;
    this.#large.add(path);
    return false;
  }

  #isInArea(path: string): boolean {
    return `${path}/`.startsWith(`${this.#place.area}/`);
  }

  #list(folder: string): ReadonlySet<string> {
    const known = this.#listings.get(folder) ?? listing(folder);
    this.#listings.set(folder, known);
    return known;
  }
}

function listing(folder: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(folder));
  } catch {
    return new Set();
  }
}

/** Whether a path is a part of the system and not of the user's work. */
export function isSystem(path: string): boolean {
  return SYSTEM.test(path);
}

/** Whether a quote before a path ends the token before it: `"$1"/etc/fstab` is a path in `$1`. */
function closesQuote(text: string, at: number): boolean {
  return /["'`]/.test(text.charAt(at - 1)) && at > 1 && new RegExp(`[\\w$})*${OWN}]`).test(text.charAt(at - 2));
}

/**
 * `. /etc/os-release`, `source FILE`. Any other mention of `/etc` may mean a file of the image, because scripts write
 * scripts for it.
 */
function isSourced(text: string, at: number): boolean {
  return /(?:^|[\s;&|(])(?:\.|source)\s+["']?$/.test(text.slice(Math.max(0, at - 40), at));
}

/** Whether a path is only written to: a redirection, or the destination of a copy command. */
function isWritten(text: string, start: number, end: number): boolean {
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const before = text.slice(line, start);
  if (/>\|?\s*["']?$|\bof=["']?$|\btee\s+(?:-\w+\s+)*["']?$/.test(before)) return true;
  const command =
    before
      .split(/[;&|(]|\b(?:then|do|else)\b/)
      .at(-1)
      ?.trim() ?? '';
  if (/^(?:sudo\s+)?(?:touch|mkdir|rm|rmdir|unlink|chmod|chown|mkfifo)\b/.test(command)) return true;
  const isLast = /^\/?["']?\s*(?:$|[;&|)\n])/.test(text.slice(end, end + 8));
  if (!/^(?:sudo\s+)?rsync/.test(command) && /\s(?:-\w*t|--target-directory)[\s=]/.test(command))
    return /\s(?:-\w*t\s*|--target-directory[\s=])["']?$/.test(before);
  return isLast && /^(?:sudo\s+)?(?:cp|mv|install|ln|rsync)\b/.test(command);
}

function isInputPath(path: string): boolean {
  try {
    const stats = statSync(path);
    return stats.isFile() || stats.isDirectory();
  } catch {
    return false;
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** A folder that cannot be listed counts as small: its state is then recorded as unreadable. */
function isSmall(folder: string): boolean {
  let count = 0;
  const left = [folder];
  try {
    for (let at = left.pop(); at !== undefined; at = left.pop())
      for (const entry of readdirSync(at, { withFileTypes: true })) {
        if (++count > MAX_FOLDER_ENTRIES) return false;
        if (entry.isDirectory()) left.push(join(at, entry.name));
      }
  } catch {
    return true;
  }
  return true;
}
