import type { FileHandle } from '../system/files';

/** A command as argv, never a line for a shell. */
export type Argv = readonly [string, ...string[]];

/** Where and with what a command runs. */
export interface CommandOptions {
  /** An absolute path. A missing folder is a failure. */
  readonly folder?: string;
  /** Added to the environment that commands have on the host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Sent to standard input, which then ends. Without it `run` sends nothing, and `stream` keeps the input open for `write`. */
  readonly input?: string | Buffer;
  /**
   * A file of this computer, open for reading and appending, to which `stream` may let the command write directly, because that is faster.
   * Then `output` ends without data when the command does. A success does not mean that all was written: the caller checks the size.
   */
  readonly appendTo?: FileHandle | undefined;
  /** Ends the command and its descendants when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** The maximum of standard output for `run`, in bytes; default 256 MiB. More is a failure. */
  readonly maxBytes?: number;
}

/** How a command ended. `code` is `null` when a signal ended it. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A command that runs, with its streams. */
export interface RunningCommand {
  /** Standard output as it comes; ends when the command does, and throws `unreachable` when the connection was lost before. */
  readonly output: AsyncIterable<Buffer>;
  write(data: string | Buffer): void;
  /** Resolves when the command has ended and its output was read. Rejects only with `unreachable`, when the connection was lost; the command's state is then unknown. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** A command that runs independently of this program. */
export interface DetachedCommand {
  readonly pid: number;
  /**
   * Resolves when the command ends while this program is running. `output` is the last 64 KiB of stdout and stderr.
   * Rejects with `unreachable` when the connection was lost before; the command continues.
   */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

/**
 * Access to a build host: `local` and `ssh`. Callers do not depend on which one they have.
 *
 * Every call rejects with an `AppError` when the host cannot be reached or the command cannot be started; a command that ran and
 * failed is a result.
 */
export interface Transport {
  /** Runs a command to its end. Output beyond 256 MiB is a failure. */
  run(argv: Argv, options?: CommandOptions): Promise<CommandResult>;
  /** Runs a command whose output is read while it runs. */
  stream(argv: Argv, options?: CommandOptions): Promise<RunningCommand>;
  /** Starts a command in a session of its own, detached from this connection and this program. */
  startDetached(argv: Argv, options?: CommandOptions): Promise<DetachedCommand>;
  /** At most `length` bytes of a file from an offset; fewer at its end, none behind it. `AppError('missing')` without the file. */
  readFile(path: string, offset: number, length: number): Promise<Buffer>;
  /** Names in a folder; none when it does not exist. */
  list(folder: string): Promise<readonly string[]>;
  /** An opaque version string that changes when the file changes, or when a file in the folder does. The same for all paths that do not exist. */
  stamp(path: string): Promise<string>;
  /** Yields whenever something in the folder, or the file, may have changed, at once the first time; ends with the signal. */
  changes(path: string, signal: AbortSignal): AsyncIterable<void>;
}
