import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** The files that the processes of a step opened. Paths have one character per byte: they need not be UTF-8. */
export interface ObservedFiles {
  /** Absolute paths that were opened for reading, or executed. */
  readonly read: ReadonlySet<string>;
  /** Absolute paths that were opened for writing, or that a file was renamed to. */
  readonly written: ReadonlySet<string>;
}

const CALL = /^(\d+)\s+(.*)$/;
const UNFINISHED = / <unfinished \.\.\.>$/;
const RESUMED = /^<\.\.\. \w+ resumed>/;
/** The path of the descriptor that a call returned, as `-y` prints it. */
const RESULT = /\) = \d+<((?:[^\\>]|\\.)*)>$/;
const STRING = /"((?:[^\\"]|\\.)*)"/g;
const WRITES = /\bO_(?:WRONLY|RDWR|CREAT|TRUNC)\b/;

/**
 * Parses the output of `strace -f -y` for `open`, `openat`, `creat`, `execve` and `rename` calls. The path of an opened
 * file is that of its descriptor, so that the kernel resolves links, working directories and other roots.
 */
export async function readObservedFiles(log: string): Promise<ObservedFiles> {
  const read = new Set<string>();
  const written = new Set<string>();
  const unfinished = new Map<string, string>();
  const lines = createInterface({ input: createReadStream(log, 'latin1'), crlfDelay: Infinity });
  for await (const line of lines) {
    const [, pid = '', text = ''] = CALL.exec(line) ?? [];
    if (UNFINISHED.test(text)) {
      unfinished.set(pid, text.replace(UNFINISHED, ''));
      continue;
    }
    const call = RESUMED.test(text) ? (unfinished.get(pid) ?? '') + text.replace(RESUMED, '') : text;
    take(call, read, written);
  }
  return { read, written };
}

function take(call: string, read: Set<string>, written: Set<string>): void {
  const name = /^\w+/.exec(call)?.[0] ?? '';
  if (name.startsWith('open') || name === 'creat') {
    const path = RESULT.exec(call)?.[1];
    if (path === undefined || call.includes('O_DIRECTORY')) return;
    (name === 'creat' || WRITES.test(call) ? written : read).add(unescape(path));
  } else if (name === 'execve') {
    const path = STRING.exec(call)?.[1];
    STRING.lastIndex = 0;
    if (path?.startsWith('/')) read.add(unescape(path));
  } else if (name.startsWith('rename')) {
    const target = Array.from(call.matchAll(STRING), ([, path = '']) => path).at(-1);
    if (target?.startsWith('/')) written.add(unescape(target));
  }
}

const CONTROLS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' };

/** Decodes the C escapes that strace prints. The result has one character per byte. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{1,3}|.)/g, (_, code: string) =>
    /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (CONTROLS[code] ?? code),
  );
}
