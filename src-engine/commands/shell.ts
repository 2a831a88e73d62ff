import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors';
import { onStopSignal } from '../system/stop-signal';
import { isProcessRunning, processesWithVariable } from '../system/process-table';
import { isReadOnly, readOnlyMount } from '../system/read-only-mount';
import { defineCommand, type OptionTable, type Parsed } from './command';
import { inspect } from './inspect';
import { TREE_NAMES } from './tree-name';

/** Marks the processes that were started in a shell, so that they end with the shell. */
const MARK = 'SLIPWAY_SHELL';
/** The time that processes get to end after the hang-up. `script` waits two seconds before it kills. */
const END_TIMEOUT_MS = 400;
const POLL_INTERVAL_MS = 20;
/** A process that the kernel cannot end, for example on a hanging disk, is left after this time. */
const KILL_TIMEOUT_MS = 5000;
/** Scans of the process table in a row that find none. */
const EMPTY_SCANS = 3;

const OPTIONS = {} as const satisfies OptionTable;

export const shellCommand = defineCommand({
  name: 'shell',
  summary: 'a shell in a read-only view of a checkpoint',
  usage: ['MANIFEST TREE'],
  description: [
    'Starts an interactive shell in a read-only view of a checkpoint, never in the live build data.',
    'The view is closed when the shell ends, and processes that still run in it are ended first. The exit status is that of the shell, or 128 + n after signal n. Fails with `missing` without the checkpoint, and with `unsupported` where the view cannot be made read-only.',
    TREE_NAMES,
  ],
  options: OPTIONS,
  operands: { min: 2, max: 2 },
  run,
});

async function run({ positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const [operand = '', designator = ''] = positionals;
  // Set up before the view, because a signal during its creation must close it too.
  let running: ChildProcess | undefined;
  const stop = onStopSignal((signal) => {
    // Ctrl-C reaches the shell and its processes directly.
    if (signal !== 'SIGINT') running?.kill('SIGHUP');
  });
  const isStopped = (): boolean => stop.signal !== undefined && stop.signal !== 'SIGINT';
  try {
    const status = await inspect(operand, async (inspection) => {
      const step = inspection.nameOf(designator);
      const folder = await (await inspection.open(designator)).folder();
      const shell = process.env['SHELL'] || '/bin/sh';
      const guarded = isReadOnly(folder) ? [] : await readOnlyMount(folder, step);
      const [command = shell, ...rest] = [...guarded, shell];
      await inspection.confirm();
      if (isStopped()) return 0;
      const mark = `${process.pid}-${Date.now()}`;
      try {
        running = spawn(command, rest, { cwd: folder, env: environment(step, mark, shell), stdio: 'inherit' });
        return await end(running, shell);
      } finally {
        await endMarked(mark);
      }
    });
    return isStopped() ? 128 + stop.number : status;
  } finally {
    stop.dispose();
  }
}

function environment(step: string, mark: string, shell: string): NodeJS.ProcessEnv {
  const { ELECTRON_RUN_AS_NODE: _, ...inherited } = process.env;
  // Shells evaluate `$(...)`, backticks, `\` and `!` in a prompt, and zsh `%`.
  const shown = step.replace(/[^\p{L}\p{N}._+:@=, -]/gu, '?');
  return {
    ...inherited,
    SLIPWAY_CHECKPOINT: step,
    [MARK]: mark,
    PS1: basename(shell) === 'bash' ? `[${shown}] \\w\\$ ` : `[${shown}] $ `,
    // Debian's bashrc sets PS1 again, with this value before it.
    debian_chroot: shown,
    // The path of a view is long and not informative.
    PROMPT_DIRTRIM: '2',
  };
}

/** The exit status in the convention of shells. */
function end(child: ChildProcess, shell: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new AppError('unsupported', `${shell} cannot be started: ${error.message}`)));
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

/**
 * Ends processes that are left in the shell's session, because they would keep the view busy. Without /proc none is
 * found, and closing the view reports it.
 */
async function endMarked(mark: string): Promise<void> {
  const started = Date.now();
  // One process may start another while the table is read, and has no environment while its program is replaced.
  for (let scans = 0; scans < EMPTY_SCANS && Date.now() - started < KILL_TIMEOUT_MS; scans++) {
    const left = processesWithVariable(MARK, mark).filter(isProcessRunning);
    for (const pid of left) sendSignal(pid, Date.now() - started < END_TIMEOUT_MS ? 'SIGHUP' : 'SIGKILL');
    if (left.length > 0) scans = -1;
    await delay(POLL_INTERVAL_MS);
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has already ended
  }
}
