import { execFile, spawn } from 'node:child_process';
import { AppError, type ErrorCode } from '../../src-shared/errors';
import { exitText } from '../../src-shared/exit-text';
import { withoutLogin } from '../../src-shared/without-login';

/** The captured result of a tool that ran to its end. */
export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a tool: the expected exit statuses, and the code of a failure. */
export interface ExecOptions {
  /** Exit statuses that are not failures. Default: only 0. */
  readonly okExitCodes?: readonly number[];
  readonly env?: NodeJS.ProcessEnv;
  /** A file that is `/dev/null` for the tool, in a mount namespace of its own. Linux as root only. */
  readonly maskedFile?: string;
  /** The code of the error that a failure throws. Default `snapshot`. */
  readonly errorCode?: ErrorCode;
  /** Standard input. A promise: the tool starts at once and gets its input later. */
  readonly input?: string | Uint8Array | Promise<string> | undefined;
  /** How the output becomes text. `latin1` keeps bytes: one character each. Default `utf8`. */
  readonly encoding?: 'utf8' | 'latin1';
  /** Ends the tool and its child processes when aborted; then the signal's reason is thrown. */
  readonly signal?: AbortSignal;
  /**
   * The tool stays in the caller's process group, so that a signal to the group ends both. Default: it gets a session of
   * its own and outlives a cancelled caller.
   */
  readonly endsWithCaller?: boolean;
}

/** Runs a tool that finds `/dev/null` in the place of a file, both of which it gets as its next arguments. */
const MASK = [
  ...['unshare', '--mount', '--propagation', 'slave', 'sh', '-c'],
  'mount --bind /dev/null "$1" 2>/dev/null; shift; exec "$@"',
  'sh',
] as const;

/** Runs a tool as `exec` does: in this process, or through one that forks faster. */
export type RunTool = typeof exec;

/**
 * Runs a tool to its end and returns its output. Never a shell: `argv` goes to the kernel as it is.
 *
 * Throws an `AppError` with the tool's message when it cannot be started, is ended by a signal, or exits with an
 * unexpected status: the original lost images because it ignored the status (contract section 9, 1-3). Steps are run by
 * `run/finalizer-runner.ts`, which streams.
 */
export async function exec(argv: readonly [string, ...string[]], options: ExecOptions = {}): Promise<ExecResult> {
  const { env, errorCode = 'snapshot', input, signal: stop, maskedFile } = options;
  const [program, ...args] = maskedFile === undefined ? argv : [...MASK, maskedFile, ...argv];
  const hasSession = options.endsWithCaller !== true;
  stop?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      // In a session of its own, because Ctrl-C must not interrupt a snapshot or rollback. The engine ends after it.
      detached: hasSession,
      ...(env && { env }),
    });
    const end = (): void => (hasSession ? killGroup(child.pid) : void child.kill());
    stop?.addEventListener('abort', end, { once: true });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin?.on('error', () => undefined); // the tool may end without reading; its exit status is decisive
    void Promise.resolve(input).then((bytes) => child.stdin?.end(bytes));
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        new AppError(
          errorCode,
          error.code === 'ENOENT' ? `${program} is not installed` : `cannot run ${program}: ${error.message}`,
          error.code === 'ENOENT' ? 'Run "distro_const doctor" to see what this host lacks.' : undefined,
        ),
      ),
    );
    child.on('close', (code, signal) => {
      stop?.removeEventListener('abort', end);
      if (stop?.aborted) return reject(stop.reason);
      try {
        resolve(resultOf(argv, { code, signal, stdout: Buffer.concat(out), stderr: Buffer.concat(err) }, options));
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** How a tool ended, and what it printed. */
export interface ToolEnd {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** The result of a tool that has ended. Throws the `AppError` of `exec` when the end is a failure. */
export function resultOf(argv: readonly string[], end: ToolEnd, options: ExecOptions): ExecResult {
  const { okExitCodes = [0], errorCode = 'snapshot', encoding = 'utf8' } = options;
  const { code, signal } = end;
  const stdout = end.stdout.toString(encoding);
  const stderr = end.stderr.toString('utf8');
  if (code !== null && okExitCodes.includes(code)) return { code, stdout, stderr };
  const what = `${argv.join(' ')} ${exitText(code, signal)}: ${stderr.trim() || stdout.trim() || 'no message'}`;
  // Tools print the addresses that they were given.
  throw new AppError(errorCode, withoutLogin(what));
}

/** Ends a tool that runs in a session of its own. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** A healthy tool may need ten seconds to start on a machine that builds. */
const ASK_TIMEOUT_MS = 30_000;

/**
 * Runs a tool that only reports, and returns its standard output. Rejects with its stderr when it fails, and when it
 * exceeds the timeout.
 *
 * @param timeoutMs ends the tool after this time
 */
export function ask(argv: readonly [string, ...string[]], timeoutMs = ASK_TIMEOUT_MS): Promise<string> {
  const [command, ...args] = argv;
  const options = { timeout: timeoutMs, maxBuffer: MAX_OUTPUT_BYTES, env: { ...process.env, LC_ALL: 'C' } };
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const text = (stderr.trim() || error.message).replace(/\s*\n\s*/g, ' ');
      const why = error.killed ? `did not end within ${timeoutMs / 1000} s` : text;
      reject(new Error(withoutLogin(`${command} ${args[0] ?? ''}: ${why}`)));
    });
    child.stdin?.end();
  });
}
