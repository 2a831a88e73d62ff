import { isAbsolute } from 'node:path/posix';
import { quoteCommand, quoteArgument } from '../../../src-shared/shell-quote';
import type { Argv } from '../transport';

/** What a line for the host is made of. */
export interface RemoteLine {
  readonly argv: Argv;
  readonly folder?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The words before a command that make it root's; none: it is the account's. */
  readonly root: readonly string[];
  /** Whether something will be written to its standard input. */
  readonly input: boolean;
  /** A random token that the line prints just before the command begins. */
  readonly token: string;
}

/**
 * The command line for a login shell on the host. It changes to the folder, prints `TOKEN PID` on stdout, and becomes the command;
 * or it prints `TOKEN folder` or `TOKEN command` when that does not exist, and ends. What start-up files of the shell print comes before.
 * Throws a plain `Error` for a folder that is not absolute and for a variable that no shell could set.
 */
export function remoteLine({ argv, folder, env = {}, root, input, token }: RemoteLine): string {
  if (folder !== undefined && !isAbsolute(folder)) throw new Error(`${folder} is not an absolute path`);
  const settings = Object.entries(env).map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`${name} is not the name of a variable`);
    return `${name}=${value}`;
  });
  // env(1) would take a command with `=` in it for one more variable.
  const command: Argv = argv[0].includes('=') ? ['sh', '-c', 'exec "$@"', 'sh', ...argv] : argv;
  const script = [
    folder === undefined ? '' : `cd ${quoteArgument(folder)} 2>/dev/null || { echo ${token} folder; exit 126; }; `,
    // With a path of its own, only env(1) can say what is there.
    'PATH' in env
      ? ''
      : `command -v ${quoteArgument(argv[0])} >/dev/null 2>&1 || { echo ${token} command; exit 127; }; `,
    `echo ${token} $$; exec `,
    quoteCommand(settings.length > 0 ? ['env', ...settings, ...command] : command),
    input ? '' : ' </dev/null',
  ].join('');
  // Always the same shell, for any login shell. With root rights it runs as root itself, so that the printed PID is the command's.
  return `exec ${quoteCommand([...root, 'sh', '-c', script] as unknown as Argv)}`;
}

/** What the line has said before the command. */
export type Beginning =
  | { readonly kind: 'started'; readonly pid: number; readonly rest: Buffer }
  | { readonly kind: 'no-folder' }
  | { readonly kind: 'no-command' };

/** Finds the token in what has come so far; `undefined` until its line is whole. */
export function beginningOf(said: Buffer, token: string): Beginning | undefined {
  const at = said.indexOf(`${token} `);
  const end = at < 0 ? -1 : said.indexOf('\n', at);
  if (end < 0) return undefined;
  const word = said.toString('latin1', at + token.length + 1, end);
  if (word === 'folder') return { kind: 'no-folder' };
  if (word === 'command') return { kind: 'no-command' };
  return { kind: 'started', pid: Number(word), rest: said.subarray(end + 1) };
}
