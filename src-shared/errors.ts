/**
 * The kind of a failure. The engine's exit status and the app's sentence depend on it; no program matches message text.
 *
 * - `usage`      the command line is wrong (exit 2)
 * - `manifest`   the manifest cannot be read, parsed or validated
 * - `area`       the build area cannot be resolved, created or cleaned
 * - `refused`    a rule forbids it (resume too late, nothing to resume, stale checkpoint)
 * - `locked`     another build holds the build area
 * - `changing`   a build changes what is being read; reading it again may succeed
 * - `snapshot`   a snapshot backend's operation failed
 * - `step`       a finalizer script could not be registered
 * - `conflict`   another program has changed the file that was to be written
 * - `cancelled`  the user or a signal ended it; never shown as a failure
 * - `missing`    something named by the user does not exist (a checkpoint, a file in it)
 * - `unsupported` this host cannot do it
 * - `system`     the operating system refused an operation: no permission, disk full or read-only, input/output error
 * - `defect`     a defect of Slipway
 * - `unreachable` the host does not answer, or the connection to it was lost: processes there may continue
 */
export type ErrorCode =
  | 'usage'
  | 'manifest'
  | 'area'
  | 'refused'
  | 'locked'
  | 'changing'
  | 'snapshot'
  | 'step'
  | 'conflict'
  | 'cancelled'
  | 'missing'
  | 'unsupported'
  | 'system'
  | 'defect'
  | 'unreachable';

/** An expected failure: `message` has what and where, `hint` what to do next. A plain `Error` is a defect of Slipway. */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint?: string,
  ) {
    super(message);
    this.name = 'AppError';
  }
}

/** Returns the message of anything that was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
