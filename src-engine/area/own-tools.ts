import { readdirSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { isExecutable } from '../system/executables';
import { realPath } from '../system/real-path';
import { interpreterOf, shebangOf } from './script-start';

/** Commands of Slipway. Another version of them makes the same tree. */
const OWN_COMMANDS = ['ManifestRead', 'distro_const'];

/** With more tokens than this, listing the folders of `PATH` takes less time than a search for each token. */
const MAX_LOOKUPS = 100;

/** A token at the place of a command in a shell script, after assignments and keywords. */
const COMMAND =
  /(?:\b(?:then|do|else|if|elif|while|until|exec|sudo|env|command|time|nice|nohup|xargs)(?=\s)|^|[;&|(`{!])(?=[ \t]*(?:-\w+[ \t]+)*(?:\w+=(?:"[^"\n]*"|'[^'\n]*'|[^\s"'$(]*)[ \t]+)*["']?([\w.+@%-]+)["']?(?:[\s;&|)`]|$))/gm;

/** The tools that a script uses from folders outside the system: its interpreter, and commands found through `PATH`. */
export class OwnTools {
  readonly #cwd: string;
  readonly #isSystem: (path: string) => boolean;
  readonly #folders: readonly string[];
  readonly #names = new Map<string, ReadonlySet<string>>();

  /** @param path the `PATH` of steps */
  constructor(cwd: string, path: string, isSystem: (path: string) => boolean) {
    this.#cwd = cwd;
    this.#isSystem = isSystem;
    this.#folders = path.split(delimiter).map((folder) => resolve(cwd, folder));
  }

  /** The absolute path of the interpreter in a script's first line, unless it belongs to the system. */
  interpreter(text: string): string | undefined {
    const shebang = shebangOf(Buffer.from(text.slice(0, 4096)));
    if (shebang === undefined || shebang.trim() === '') return undefined;
    const named = interpreterOf(shebang);
    return named.includes('/') ? this.#own(resolve(this.#cwd, named)) : this.#command(named);
  }

  /** Absolute paths of the commands of a script outside the system. */
  commands(raw: string, text: string): string[] {
    if (this.#folders.every((folder) => this.#isSystem(`${folder}/x`))) return [];
    const patterns = [COMMAND];
    if (/^#!.*\b(?:python|perl|ruby|node|lua|tclsh)/.test(raw)) patterns.push(/["']([\w.+@%-]+)["']/g);
    const tokens = new Set(patterns.flatMap((one) => Array.from(text.matchAll(one), ([, token = '']) => token)));
    const mayHave =
      tokens.size > MAX_LOOKUPS ? (folder: string, name: string) => this.#list(folder).has(name) : () => true;
    return [...tokens].flatMap((token) => this.#command(token, mayHave) ?? []);
  }

  /** The file that `PATH` leads to, unless it belongs to the system. */
  #command(name: string, mayHave: (folder: string, name: string) => boolean = () => true): string | undefined {
    const folder = this.#folders.find(
      (one) => mayHave(one, name) && isPlain(join(one, name)) && isExecutable(join(one, name)),
    );
    return folder === undefined ? undefined : this.#own(join(folder, name));
  }

  #own(path: string): string | undefined {
    if (this.#isSystem(path) || OWN_COMMANDS.includes(basename(path))) return undefined;
    const engine = dirname(realPath(process.argv[1] ?? ''));
    return dirname(realPath(path)) === engine ? undefined : path;
  }

  #list(folder: string): ReadonlySet<string> {
    let known = this.#names.get(folder);
    if (!known) {
      try {
        known = new Set(readdirSync(folder));
      } catch {
        known = new Set(); // a shell skips such a folder of `PATH` as well
      }
      this.#names.set(folder, known);
    }
    return known;
  }
}

function isPlain(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false; // it cannot be reached, for example a link in a loop
  }
}
