import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A script, or a file that it names, is scanned up to this size. */
const MAX_BYTES = 1024 * 1024;

/** A placeholder for the script's folder, in place of any expression that means it. */
export const OWN = '\uE000';

/** The text of a script; `undefined` when it is not text, is too large or cannot be read. */
export function readScript(path: string): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() || stats.size > MAX_BYTES) return undefined;
    const bytes = Buffer.alloc(stats.size);
    const length = readSync(fd, bytes, 0, bytes.length, 0);
    return bytes.includes(0) ? undefined : bytes.toString('utf8', 0, length);
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

const SELF = String.raw`(?:\$0\b|\$\{0\}|\$BASH_SOURCE\b|\$\{BASH_SOURCE(?:\[0\])?(?::-\$\{?0\}?)?\})`;
const LINK = String.raw`(?:readlink\s+-\w+|realpath(?:\s+-\w+)*)\s+(?:--\s+)?`;

/** Expressions for the script and for its folder, in the order of replacement. */
const EXPRESSIONS: readonly (readonly [RegExp, string])[] = [
  [/\\\n/g, ' '],
  [/^[ \t]*#.*$/gm, ''],
  // A command in backticks
  [/`([ \t]*(?:cd|dirname|readlink|realpath|pwd)\b[^`\n]*)`/g, '$$($1)'],
  [new RegExp(`\\$\\(\\s*${LINK}["']?${SELF}["']?\\s*\\)`, 'g'), '$0'.replace('$', '$$$$')],
  [new RegExp(`\\$\\(\\s*dirname\\s+(?:--\\s+)?"?${SELF}"?\\s*\\)`, 'g'), OWN],
  [/\$\{(?:0|BASH_SOURCE(?:\[0\])?)%\/[^}]*\}/g, OWN],
  // Python, Perl, Ruby and Node
  [/os\.path\.dirname\(\s*(?:os\.path\.(?:abspath|realpath)\(\s*)?(?:__file__|sys\.argv\[0\])\s*\)*/g, OWN],
  [/Path\(\s*__file__\s*\)(?:\.(?:resolve|absolute)\(\))?\.parent\b/g, OWN],
  [
    /\$FindBin::(?:Real)?Bin\b|dirname\(\s*(?:(?:\w+::)*(?:abs_path|realpath|rel2abs)\(\s*)?(?:__FILE__|\$0)\s*\)+|\b__dir(?:name|__)\b|sys\.path\[0\]/g,
    OWN,
  ],
];

/** Expressions around the placeholder that do not change it. */
const WRAPPERS: readonly (readonly [RegExp, string])[] = [
  [
    new RegExp(`\\$\\(\\s*(?:CDPATH=\\s*)?cd\\s+(?:-P\\s+|--\\s+)*"?(${OWN}[^"\\s)]*)"?[^)]*\\bpwd\\b[^)]*\\)`, 'g'),
    '$1',
  ],
  [new RegExp(`\\$\\(\\s*${LINK}"?(${OWN}[^"\\s)]*)"?\\s*\\)`, 'g'), '$1'],
  [new RegExp(`\\$\\(\\s*dirname\\s+(?:--\\s+)?"?(${OWN}[^"\\s)]*)"?\\s*\\)`, 'g'), '$1/..'],
  [new RegExp(`\\bjoin\\(\\s*(${OWN}[^'",\\s)]*)\\s*,\\s*['"]([^'"]+)['"]`, 'g'), '$1/$2'],
  // A path that is joined with an operator. In a shell script a dot after a blank is a command.
  [new RegExp(`(${OWN}[^'",\\s);&|]*)[ \\t]*(?:/|\\+|\\.)[ \\t]*['"]/?([^'"\\n]+)['"]`, 'g'), '$1/$2'],
  // "$here"/lib
  [new RegExp(`"(${OWN}[^"'\\s;&|)]*)"(?=/)`, 'g'), '$1'],
  // $PWD/$(dirname "$0")
  [new RegExp(`(?:\\$PWD|\\$\\{PWD\\}|\\$\\(\\s*pwd\\s*\\))["']?/["']?(?=${OWN})`, 'g'), ''],
];

/** A variable that is the script's own path. */
const SELF_ASSIGNMENT = new RegExp(`\\b([A-Za-z_]\\w*)=["']?${SELF}["']?(?=[\\s;)&|]|$)`, 'gm');

const ASSIGNMENT = new RegExp(`\\b([A-Za-z_]\\w*)\\s*=\\s*["']?(${OWN}[^"'\\s;)&|]*)["']?(?=[\\s;)&|]|$)`, 'gm');

/** The depth of variables that are defined by other variables. */
const MAX_ROUNDS = 5;

/**
 * The text with `OWN` for each expression of the script's folder, also through variables. Comments are removed.
 *
 * This is a scan, not an interpreter. A script declares the inputs that the scan misses through `SLIPWAY_INPUTS`, or
 * `build --observe` finds them.
 */
export function withOwnFolder(text: string): string {
  let result = text;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = result;
    result = replaceAll(result, EXPRESSIONS);
    for (const [, name = ''] of result.matchAll(SELF_ASSIGNMENT))
      result = result.replace(new RegExp(`\\$\\{${name}(?=%/)`, 'g'), () => '${0').replace(reference(name), () => '$0');
    result = replaceAll(result, WRAPPERS);
    for (const [, name = '', value = ''] of result.matchAll(ASSIGNMENT)) {
      result = result.replace(new RegExp(`\\$\\{${name}%/\\*\\}`, 'g'), () => `${value}/..`);
      result = result.replace(reference(name), () => value);
      result = result.replace(
        new RegExp(`(\\bjoin\\(\\s*)${name}(?=\\s*,)|\\b${name}(?=\\s*[/+]\\s*['"])`, 'g'),
        (_, head) => `${typeof head === 'string' ? head : ''}${value}`,
      );
    }
    if (result === before) break;
  }
  return result;
}

/** `$NAME`, `${NAME}` or `${NAME:?message}`. With a default, a variable may come from the environment. */
function reference(name: string): RegExp {
  return new RegExp(`\\$\\{${name}(?::?\\?[^}]*)?\\}|\\$${name}\\b`, 'g');
}

/** Whether a text mentions the script's own path or folder. */
export function mentionsItself(text: string): boolean {
  return text.includes(OWN) || /\$0\b|\$\{0\b|BASH_SOURCE|__file__|__FILE__|FindBin|argv\[0\]/.test(text);
}

const WORKING = String.raw`(?:\$PWD\b|\$\{PWD\}|\$\(\s*pwd(?:\s+-[LP])?\s*\)|\`\s*pwd\s*\`)`;

/** The text with `./` for each `$PWD/`, also through a variable: scripts start in the engine's working directory. */
export function withWorkingFolder(text: string): string {
  const variables = Array.from(
    text.matchAll(new RegExp(`(?:^|[\\s;&|])([A-Za-z_]\\w*)=["']?${WORKING}["']?(?=[\\s;)&|]|$)`, 'gm')),
    ([, name = '']) => `\\$${name}\\b|\\$\\{${name}\\}`,
  );
  return text.replace(new RegExp(`(?:${[WORKING, ...variables].join('|')})["']?/`, 'g'), './');
}

function replaceAll(text: string, pairs: readonly (readonly [RegExp, string])[]): string {
  return pairs.reduce((so, [pattern, by]) => so.replace(pattern, by), text);
}
