import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors';
import { exitText } from '../../src-shared/exit-text';
import { exec, type ExecResult, type RunTool } from '../system/exec';
import { findTool } from '../system/executables';
import { isProcessRunning, processesWithVariable } from '../system/process-table';
import { zfsCommand } from '../system/zfs-command';
import { withMissingRight } from './zfs-missing-right';

/**
 * zfs-fuse completes an unmount in the background. For a moment afterwards it reports "busy", and a rollback reports
 * "I/O error" (both observed). So the command is repeated for this time. An I/O error has no other known cause, and
 * took more than 3 s on a machine that ran twenty builds at once.
 */
export const BUSY_TIMEOUT_MS = 3000;
const IO_ERROR_TIMEOUT_MS = 30_000;
export const BUSY_RETRY_MS = 15;
/** Exit status of umount(8). */
const UMOUNT_FAILED = 32;
/** How long to wait for a `zfs` command of a killed engine. */
const ORPHAN_TIMEOUT_MS = 60_000;

const FULL_POOL = `Free space in the pool, then repeat the command.
Checkpoints are removed by: distro_const prune --from STEP --yes MANIFEST
Parked lines that can be removed are listed by: distro_const lines MANIFEST`;

/** Marks the commands that work on a dataset, so that the next engine finds them. */
const MARK = 'SLIPWAY_SNAPSHOT_DATASET';

/** How to run `zfs` otherwise than alone. */
export interface ZfsOptions {
  /** A command that runs `zfs`, which it gets as its next argument. */
  readonly wrapper?: readonly string[];
  readonly maskedFile?: string;
}

/** Runs `zfs`. The exit status is in the result, because callers handle several failures differently. */
export type RunZfs = (argv: readonly string[], options?: ZfsOptions) => Promise<ExecResult>;

/** The ways to run `zfs` for one dataset. */
export interface ZfsRunner {
  readonly zfs: RunZfs;
  /** Repeats a command for a short time while ZFS is busy with its own unmount. */
  readonly zfsWithRetry: RunZfs;
  /** Unmounts a path without `zfs`. */
  umount(path: string): Promise<ExecResult>;
  /**
   * Waits for commands of a killed engine: they outlive it, and their renames or rollbacks would disturb ours. They are
   * not killed, because the file system completes them anyway. Returns whether there were any.
   */
  untilOrphansEnd(): Promise<boolean>;
}

/** How long a failed command is repeated, by its message. Negative: not at all. */
function retryMs(message: string): number {
  if (message.includes('I/O error')) return IO_ERROR_TIMEOUT_MS;
  return message.includes('busy') ? BUSY_TIMEOUT_MS : -1;
}

/** Opens a runner. The engine parses messages, so they are requested in English. */
export function zfsRunner(dataset: string, run: RunTool = exec): ZfsRunner {
  const env = { ...process.env, LC_ALL: 'C', [MARK]: dataset };
  const zfs: RunZfs = async (argv, { wrapper = [], maskedFile } = {}) => {
    const [command = 'zfs', ...rest] = [...wrapper, zfsCommand() ?? 'zfs', ...argv];
    const masked = maskedFile === undefined ? {} : { maskedFile };
    const result = await run([command, ...rest], { okExitCodes: [0, 1, 2], env, ...masked });
    return result.code === 0 ? result : { ...result, stderr: withMissingRight(result.stderr, argv[0], dataset) };
  };
  return {
    zfs,
    async zfsWithRetry(argv, options) {
      const since = Date.now();
      for (;;) {
        const started = Date.now();
        const result = await zfs(argv, options);
        if (result.code === 0 || Date.now() > since + retryMs(result.stderr)) return result;
        // A rollback often takes longer than the interval before it fails.
        await delay(Math.max(0, started + BUSY_RETRY_MS - Date.now()));
      }
    },
    umount: (path) => run([findTool('umount') ?? 'umount', '--', path], { okExitCodes: [0, UMOUNT_FAILED], env }),
    async untilOrphansEnd() {
      // Only the present ones: a later one is not an orphan, but works on a dataset of this name in a container.
      const orphans = processesWithVariable(MARK, dataset);
      for (const until = Date.now() + ORPHAN_TIMEOUT_MS; orphans.some(isProcessRunning); await delay(BUSY_RETRY_MS))
        if (Date.now() > until)
          throw new AppError(
            'snapshot',
            `A zfs command of an engine that has ended still works on ${dataset}: ${orphans.filter(isProcessRunning).join(', ')}.`,
            'Wait for it to end, and try again.',
          );
      return orphans.length > 0;
    },
  };
}

/** Makes every exit status but 0 an error. */
export async function expectSuccess(running: Promise<ExecResult>): Promise<ExecResult> {
  const result = await running;
  if (result.code === 0) return result;
  const reason = result.stderr.trim() || `zfs ${exitText(result.code)} without a message`;
  throw new AppError('snapshot', reason, /out of space|quota exceeded/i.test(reason) ? FULL_POOL : undefined);
}
