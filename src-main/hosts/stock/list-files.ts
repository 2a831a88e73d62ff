import { AppError } from '../../../src-shared/errors';
import type { TreeEntry } from '../../../src-shared/rpc/inside';
import type { Transport } from '../../transport/transport';

/** Times in one form: GNU, then illumos. A folder has all its entries; a file is told by itself. */
const LIST = `export LC_ALL=C
case $2 in file) o=-lnd;; *) o=-lnA;; esac
ls $o --full-time -- "$1" 2>/dev/null || ls \${o}E -- "$1"`;

const LINE =
  /^([-dlbcps])([-rwxsStTlL]{9})\S*\s+\d+\s+(\d+)\s+(\d+)\s+(?:\d+,\s*)?(\d+)\s+(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d{4}) (.*)$/s;

/** Lists a folder, or with `file` the file itself, by `ls`. Throws `missing`. */
export async function listFiles(
  transport: Transport,
  path: string,
  kind: 'folder' | 'file',
  signal?: AbortSignal,
): Promise<TreeEntry[]> {
  const { code, stdout, stderr } = await transport.run(['sh', '-c', LIST, 'sh', path, kind], { signal });
  if (code !== 0) throw new AppError('missing', `${path} cannot be listed: ${stderr.trim()}`);
  const entries: TreeEntry[] = [];
  for (const line of stdout.toString('utf8').split('\n').slice(0, -1)) {
    const entry = entryOf(line);
    const last = entries.at(-1);
    if (entry) entries.push(entry);
    // A name with a newline in it goes on in the next line.
    else if (last && !/^total \d+$/.test(line))
      entries[entries.length - 1] = { ...last, name: `${last.name}\n${line}` };
  }
  return entries;
}

function entryOf(line: string): TreeEntry | undefined {
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

/** `rwsr-xr-x` as `4755`. */
function octal(rights: string): string {
  let mode = 0;
  for (const [at, letter] of [...rights].entries()) {
    if (/[rwxst]/.test(letter)) mode |= 0o400 >> at;
    if (/[sStTlL]/.test(letter)) mode |= [0o4000, 0o2000, 0o1000][Math.floor(at / 3)] ?? 0;
  }
  return mode.toString(8).padStart(4, '0');
}
