import { basename, dirname, join } from 'node:path/posix';
import { AppError } from '../../../src-shared/errors';
import { escapeName, isUtf8, unescapeName } from '../../../src-shared/name-escapes';
import type { FileEntry } from '../../../src-shared/engine-answers/files';
import type { Transport } from '../../transport/transport';

/** Exit status of these scripts for a missing file. */
const ABSENT = 44;

/** Names are bytes, so they are passed as `printf` escapes, with a final dot that preserves newlines at their end. */
const DECODE = `export LC_ALL=C
set -- "$1" "$(printf '%b.' "$2")" "$(printf '%b.' "$3")" "\${4-}"
set -- "$1" "\${2%.}" "\${3%.}" "$4"`;

/**
 * Goes to the folder $2 below $1 and leaves the name $3 for the commands that follow. Links in an image point into the host's own files, so the
 * folder must really be inside (`cd -P`).
 */
const GO = `cd -P -- "$1" 2>/dev/null && base=$(pwd -P) && cd -P -- "./$2" 2>/dev/null || exit ${ABSENT}
case $(pwd -P)/ in "\${base%/}"/*) ;; *) exit ${ABSENT};; esac
[ -e "./$3" ] || [ -h "./$3" ] || exit ${ABSENT}`;

/** Times in one form: GNU, then illumos. A folder is listed with its entries; anything else, and a link to a folder, by itself. */
const LIST = `export QUOTING_STYLE=literal
if [ -d "./$3" ] && [ ! -h "./$3" ]; then o=-lnA; echo folder; else o=-lnd; echo file; fi
if ls -d --full-time . >/dev/null 2>&1; then ls $o --full-time -- "./$3"; else ls \${o}E -- "./$3"; fi`;

/** With a number, only that many bytes. A link is not a file. */
const CAT = `[ -f "./$3" ] && [ ! -h "./$3" ] || exit ${ABSENT}
if [ -n "$4" ]; then dd bs="$4" count=1 <"./$3" 2>/dev/null; else cat <"./$3"; fi`;

/** The argv of a script that reads a path below a root. The path has one character per byte. */
const scriptFor = (script: string, root: string, path: string, ...more: readonly string[]): [string, ...string[]] => {
  const inside = join('/', path);
  const operands = [`.${dirname(inside)}`, basename(inside) || '.'].map(forPrintf);
  return ['sh', '-c', `${DECODE}\n${GO}\n${script}`, 'sh', root, ...operands, ...more];
};

const forPrintf = (bytes: string): string =>
  bytes.replace(/[^ -[\]-~]/g, (byte) => `\\0${byte.charCodeAt(0).toString(8).padStart(3, '0')}`);

/** The bytes that an escaped path means, as `ls` of the engine takes it. */
function bytesOf(path: string): string {
  const bytes = unescapeName(path);
  if (bytes === undefined) throw new AppError('missing', `${path} has an unknown escape.`);
  return bytes;
}

/** The command that writes a file below a root, byte for byte, or no more than its first `limit` bytes. */
export const catCommand = (root: string, path: string, limit: string): [string, ...string[]] =>
  scriptFor(CAT, root, bytesOf(path), limit);

/** Lists a folder below a root. Anything else is returned itself, under the requested path. Throws `missing`. */
export async function listFiles(
  transport: Transport,
  root: string,
  path: string,
  signal?: AbortSignal,
): Promise<FileEntry[]> {
  const { code, stdout, stderr } = await transport.run(scriptFor(LIST, root, bytesOf(path)), { signal });
  if (code === ABSENT) throw new AppError('missing', `There is no ${path} in ${root}.`);
  if (code !== 0) throw new AppError('missing', `${join(root, path)} cannot be listed: ${stderr.trim()}`);
  const [kind, ...lines] = stdout.toString('latin1').split('\n').slice(0, -1);
  const entries: FileEntry[] = [];
  for (const line of lines) {
    const entry = entryOf(line);
    const last = entries.at(-1);
    if (entry) entries.push(entry);
    // A name that contains a newline continues in the next line.
    else if (last) entries[entries.length - 1] = withMore(last, line);
  }
  return kind === 'folder' ? entries.map(escaped) : entries.map((entry) => ({ ...escaped(entry), name: path }));
}

/** A name as the engine prints it: escaped text, and the bytes of a name that is not UTF-8. */
function escaped(entry: FileEntry): FileEntry {
  const { name, target } = entry;
  return {
    ...entry,
    name: escapeName(name),
    ...(!isUtf8(name) && { bytes: Buffer.from(name, 'latin1').toString('base64') }),
    target: target === null ? null : escapeName(target),
  };
}

const LINE =
  /^([-dlbcps])([-rwxsStTlL]{9})\S*\s+\d+\s+(\d+)\s+(\d+)\s+(?:\d+,\s*)?(\d+)\s+(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d{4}) (.*)$/s;

function entryOf(line: string): FileEntry | undefined {
  const match = LINE.exec(line);
  if (!match) return undefined;
  const [, type = '-', rights = '', user, group, size, time = '', zone = '', rest = ''] = match;
  const [name = '', target] = type === 'l' ? rest.split(' -> ') : [rest];
  return {
    name,
    mode: type + octal(rights),
    owner: `${user}:${group}`,
    size: Number(size),
    modified: Date.parse(`${time.replace(' ', 'T')}${zone.slice(0, 3)}:${zone.slice(3)}`) / 1000,
    target: target ?? null,
  };
}

function withMore(entry: FileEntry, line: string): FileEntry {
  if (entry.target !== null) return { ...entry, target: `${entry.target}\n${line}` };
  const [name = '', target] = entry.mode.startsWith('l') ? line.split(' -> ') : [line];
  return { ...entry, name: `${entry.name}\n${name}`, target: target ?? null };
}

/** `rwsr-xr-x` as `4755`. */
function octal(rights: string): string {
  let mode = 0;
  for (const [at, letter] of [...rights].entries()) {
    if (/[rwxst]/.test(letter)) mode |= 0o400 >> at;
    if (/[sStTlL]/.test(letter)) mode |= [0o4000, 0o2000, 0o1000][Math.floor(at / 3)] ?? 0;
  }
  return mode.toString(8).padStart(4, '0');
}

/** How far the host's local time was ahead of UTC when a file was last written, in seconds: it changes twice a year. */
export async function utcOffsetOf(transport: Transport, path: string): Promise<number> {
  const { stdout } = await transport.run(
    scriptFor(LIST, dirname(path), Buffer.from(basename(path)).toString('latin1')),
  );
  const zone = LINE.exec(stdout.toString('utf8').split('\n')[1] ?? '')?.[7];
  if (zone === undefined) throw new AppError('missing', `There is no ${path}.`);
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5));
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60;
}
