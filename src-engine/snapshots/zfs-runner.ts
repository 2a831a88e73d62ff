import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors';
import { exec, type ExecResult } from '../system/exec';
import { isRunning, processesWithVariable } from '../system/process-table';
import { zfsCommand } from '../system/zfs-command';

/**
 * zfs-fuse ends an unmount in the background: for a moment after it says "busy", and a rollback says "I/O error" (both seen). So it
 * is asked again, for this many milliseconds, this far apart; an error that stays is an error.
 */
export const BUSY_PATIENCE = 3000;
export const BUSY_PAUSE = 15;
/** How long a `zfs` of an engine that was killed is waited for. */
const ORPHAN_PATIENCE = 60_000;

/** Marks the commands that work on a dataset, so that the next engine knows them. */
const MARK = 'SLIPWAY_SNAPSHOT_DATASET';

/**
 * Runs `zfs`; its exit status is in the result, because callers handle several failures differently.
 *
 * @param wrapper a command that runs the argv behind it
 */
export type RunZfs = (argv: readonly string[], wrapper?: readonly string[]) => Promise<ExecResult>;

/** The ways to run `zfs` for one dataset. */
export interface ZfsRunner {
  readonly zfs: RunZfs;
  /** Runs a command again while ZFS is busy with its own unmount, for a short while. */
  readonly zfsPatiently: RunZfs;
  /**
   * Waits for commands of an engine that was killed: they outlive it, and a rename or rollback in the middle of ours would confuse
   * both. They are not killed, because what they have begun the file system ends anyway.
   */
  orphansEnd(): Promise<void>;
}

/** Opens a runner. Messages are read by this program, so they are asked for in English. */
export function zfsRunner(dataset: string): ZfsRunner {
  const env = { ...process.env, LC_ALL: 'C', [MARK]: dataset };
  const zfs: RunZfs = (argv, wrapper = []) => {
    const [command = 'zfs', ...rest] = [...wrapper, zfsCommand() ?? 'zfs', ...argv];
    return exec([command, ...rest], { okExitCodes: [0, 1, 2], env });
  };
  return {
    zfs,
    async zfsPatiently(words) {
      for (const until = Date.now() + BUSY_PATIENCE; ; await delay(BUSY_PAUSE)) {
        const result = await zfs(words);
        if (result.code === 0 || Date.now() > until || !/busy|I\/O error/.test(result.stderr)) return result;
      }
    },
    async orphansEnd() {
      // Only those of now: what comes later is no orphan, but works on a dataset of this name in a container.
      const orphans = processesWithVariable(MARK, dataset);
      for (const until = Date.now() + ORPHAN_PATIENCE; orphans.some(isRunning); await delay(BUSY_PAUSE))
        if (Date.now() > until)
          throw new AppError(
            'snapshot',
            `A zfs command of an engine that has ended still works on ${dataset}: ${orphans.filter(isRunning).join(', ')}.`,
            'Wait for it to end, and try again.',
          );
    },
  };
}

/** Makes every exit status but 0 an error. */
export async function expectSuccess(running: Promise<ExecResult>): Promise<ExecResult> {
  const result = await running;
  if (result.code === 0) return result;
  throw new AppError('snapshot', result.stderr.trim() || `zfs exited with ${result.code} without a message`);
}
