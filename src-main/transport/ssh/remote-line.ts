import { isAbsolute } from 'node:path/posix';
import { quoteCommand, quoteArgument } from '../../../src-shared/shell-quote';
import { forLoginShell } from './login-shell';
import { STOP_WATCHER } from './stop-command';
import type { Argv } from '../transport';

/** The parts of a command line for the host. */
export interface RemoteLine {
  readonly argv: Argv;
  readonly folder?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The argv prefix that runs the command as root; empty to run it as the account. */
  readonly root: readonly string[];
  /** Whether the caller writes to its standard input. */
  readonly input: boolean;
  /** Whether a line on standard input ends the command. For one without input. */
  readonly hasWatcher?: boolean;
  /** Whether standard output goes to a file: then what the line prints comes on standard error. */
  readonly toFile?: boolean;
  /** A random token that the line prints just before the command begins. */
  readonly token: string;
}

/**
 * The command line for a login shell on the host. It changes to the folder, prints `TOKEN PID` on stdout, and becomes the command;
 * or it prints `TOKEN folder` or `TOKEN command` when that does not exist, and ends. Output of the shell's start-up files comes before.
 * A line for a file then waits for a line of input, so that the caller can remove that output from the file.
 * Throws a plain `Error` for a folder that is not absolute and for a variable that no shell could set.
 */
export function remoteLine({ argv, folder, env = {}, root, input, token, hasWatcher, toFile }: RemoteLine): string {
  if (folder !== undefined && !isAbsolute(folder)) throw new Error(`${folder} is not an absolute path`);
  const settings = Object.entries(env).map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`${name} is not the name of a variable`);
    return `${name}=${value}`;
  });
  // env(1) would take a command with `=` in its name for a variable.
  const command: Argv = argv[0].includes('=') ? ['sh', '-c', 'exec "$@"', 'sh', ...argv] : argv;
  const to = toFile ? ' >&2' : '';
  const script = [
    folder === undefined ? '' : `cd ${quoteArgument(folder)} 2>/dev/null || { echo ${token} folder${to}; exit 126; }; `,
    // When the caller sets PATH, only env(1) can find the command.
    'PATH' in env
      ? ''
      : `command -v ${quoteArgument(argv[0])} >/dev/null 2>&1 || { echo ${token} command${to}; exit 127; }; `,
    toFile ? `echo ${token} $$ >&2; echo ${token}; read -r go; ` : '',
    hasWatcher ? STOP_WATCHER : '',
    toFile ? 'exec ' : `echo ${token} $$; exec `,
    quoteCommand(settings.length > 0 ? ['env', ...settings, ...command] : command),
    input ? '' : ' </dev/null',
  ].join('');
  return forLoginShell(root, script);
}

/** What the line prints before the command starts. */
export type Beginning =
  | { readonly kind: 'started'; readonly pid: number; readonly rest: Buffer }
  | { readonly kind: 'no-folder' }
  | { readonly kind: 'no-command' };

/** Finds the line of the token in the output so far; `undefined` until that line is complete. */
export function beginningOf(output: Buffer, token: string): Beginning | undefined {
  const at = output.indexOf(`${token} `);
  const end = at < 0 ? -1 : output.indexOf('\n', at);
  if (end < 0) return undefined;
  const state = output.toString('latin1', at + token.length + 1, end);
  if (state === 'folder') return { kind: 'no-folder' };
  if (state === 'command') return { kind: 'no-command' };
  return { kind: 'started', pid: Number(state), rest: output.subarray(end + 1) };
}
