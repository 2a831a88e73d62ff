import { readdirSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { FilesBelow } from './files-below';
import { exists, isFile, isFolder, isInputPath, isSmall } from './input-paths';
import { OwnTools } from './own-tools';
import { closesQuote, isSourced, isWritten } from './path-mentions';
import { mentionsItself, OWN } from './script-text';
import { isSystem } from './system-paths';

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
  /** Absolute paths of the scripts of all steps. The name of another script in a text does not mean that the script uses it. */
  readonly steps?: readonly string[];
}

/** Finds the paths that a script's texts and arguments name. */
export class NamedPaths {
  readonly #script: string;
  readonly #place: ScriptPlace;

  readonly #tools: OwnTools;
  readonly #below: FilesBelow;

  readonly #large = new Set<string>();
  readonly #listings = new Map<string, ReadonlySet<string>>();

  /** @param script its absolute path */
  constructor(script: string, place: ScriptPlace) {
    this.#script = script;
    this.#place = place;
    this.#tools = new OwnTools(place.cwd, place.path ?? '', isSystem);
    this.#below = new FilesBelow(dirname(script), [script, place.area, place.manifest, ...(place.steps ?? [])]);
  }

  /** Folders found so far that are too large to be inputs. */
  get large(): string[] {
    return [...this.#large];
  }

  /**
   * The paths that the script, or a file that it names, names.
   *
   * @param raw the file's text
   * @param text the same, with `OWN` for the script's folder and `./` for the working folder
   */
  inText(path: string, raw: string, text: string): string[] {
    const folders = [...new Set([dirname(path), dirname(this.#script)])];
    const isOwn = !isSystem(this.#script);
    return [
      ...this.#ownPaths(text, folders),
      ...this.#bareNames(raw, text, folders),
      ...this.#paths(text, folders),
      ...this.#folderNames(text),
      ...this.#tools.commands(raw, text),
      ...[this.#tools.interpreter(raw)].filter((tool) => tool !== undefined),
      ...(isOwn ? this.#below.namedIn(text, mentionsItself(text)) : []),
    ].filter((found) => this.#mayBeInput(found));
  }

  /** Files and folders that arguments name: as a whole, after an `=`, or in a list. */
  inArguments(args: readonly string[]): string[] {
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
    const works = workingFolders(text, folders);
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
    const works = workingFolders(text, folders);
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
        const places = isAbsolute(spelling) ? [''] : [this.#place.cwd, ...works];
        const paths = places.map((place) => resolve(place || '/', spelling)).filter(isInputPath);
        for (const path of paths) {
          if (isSystem(path) && !(path.startsWith('/etc/') && isSourced(text, match.index))) continue;
          if (isFile(path) || this.#isOwnFolder(path)) found.push(path);
        }
        if (paths.some((path) => !isSystem(path))) break;
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

/** The folders that a script changes to, in and below its own folder. */
function workingFolders(text: string, folders: readonly string[]): string[] {
  const change = new RegExp(`\\b(?:cd|pushd|chdir)[\\s(]+(?:-\\w+\\s+|--\\s+)*["']?${OWN}["']?([^"'\\s;&|)]*)`, 'g');
  return Array.from(text.matchAll(change), ([, below = '']) => folders.map((folder) => join(folder, below))).flat();
}

function listing(folder: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(folder));
  } catch {
    return new Set(); // not a folder, or one whose names this account cannot list
  }
}
