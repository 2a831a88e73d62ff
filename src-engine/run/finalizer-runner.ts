import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors';
import { sendSignal, type ProcessEntry } from '../system/process-list';
import { hasExecutableFormat } from './executable-format';
import { StepOutput, type OutputReceiver } from './step-output';
import type { StepProcess, StepSpawner } from './step-process';
import { ended, notStarted, type StepResult } from './step-result';

/** From SIGTERM to SIGKILL when the build is cancelled. */
const CANCEL_GRACE_MS = 5000;
/**
 * The time that processes in a finished step's session, or with its output open, get to end by themselves. The original
 * waits forever.
 */
const LEFTOVER_GRACE_MS = 4000;
/** The same when the build is cancelled. */
const CANCELLED_LEFTOVER_GRACE_MS = 200;
/** A process that has not ended this long after SIGKILL waits in the kernel. */
const KILL_TIMEOUT_MS = 3000;
/** The output ends when the last process ends. */
const OUTPUT_TIMEOUT_MS = 1000;
const POLL_INTERVAL_MS = 100;
/** A step without leftovers ends within this time, so that the process table need not be read. */
const CLEAN_END_MS = 20;

/** The command to run, and the receivers of its events. */
export interface StepCommand {
  readonly argv: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  /** The argv of a program that runs the step's, for example a tracer. */
  readonly wrap?: ((argv: readonly string[]) => [string, ...string[]]) | undefined;
  onStart(pid: number): void;
  /** Returns the receiver of one stream's output. */
  output(stream: 'stdout' | 'stderr'): OutputReceiver;
  /** The step ended while processes that it had started still ran. They were ended. */
  onLeftovers(processes: readonly ProcessEntry[]): void;
}

/**
 * Runs one finalizer script: directly, never through a shell; with standard input closed; both streams are read to
 * their end (contract section 4, and 9: 21-23). When it returns, all processes of the step have ended.
 */
export class FinalizerRunner {
  readonly #spawner: StepSpawner;

  #step: StepProcess | undefined;
  #cancelled: 'no' | 'ask' | 'now' = 'no';
  #kill: NodeJS.Timeout | undefined;

  constructor(spawner: StepSpawner) {
    this.#spawner = spawner;
  }

  /** Throws `AppError('step')` when the step is lost, or a process of it cannot be ended. */
  async run(command: StepCommand): Promise<StepResult> {
    const { argv, env, wrap } = command;
    if (!hasExecutableFormat(argv[0])) return notStarted(argv, 'ENOEXEC');
    const step = await this.#spawner.spawn(wrap ? wrap(argv) : argv, env);
    if ('failed' in step) return notStarted(argv, step.failed);
    this.#step = step;
    const output = (['stdout', 'stderr'] as const).map(
      (stream) => new StepOutput(step[stream], command.output(stream)),
    );
    command.onStart(step.pid);
    if (this.#cancelled !== 'no') this.#end();
    try {
      const end = await step.ended.catch(async (error: unknown) => {
        await step.gone(KILL_TIMEOUT_MS); // the kernel ends it after its launcher
        throw error;
      });
      await this.#endLeftovers(step, output, command);
      return ended(end);
    } finally {
      clearTimeout(this.#kill);
      this.#kill = undefined;
      this.#step = undefined;
      for (const stream of output) stream.close();
    }
  }

  /** Ends the running step and everything it started: SIGTERM, and SIGKILL for what is left after the grace period. */
  cancel(now = false): void {
    this.#cancelled = now ? 'now' : 'ask';
    this.#end();
  }

  #end(): void {
    const step = this.#step;
    if (!step) return;
    if (this.#cancelled === 'now') return step.kill();
    for (const { pid, session } of step.processes()) if (session === step.pid) askToEnd(pid);
    this.#kill ??= setTimeout(() => step.kill(), CANCEL_GRACE_MS);
  }

  /** Gives the script's remaining processes a moment to end, then ends them. Reads the output to its end. */
  async #endLeftovers(step: StepProcess, output: readonly StepOutput[], command: StepCommand): Promise<void> {
    const scriptEnded = Date.now();
    let isGone = await step.gone(CLEAN_END_MS);
    while (!isGone) {
      const left = step.processes();
      const grace = this.#cancelled === 'no' ? LEFTOVER_GRACE_MS : CANCELLED_LEFTOVER_GRACE_MS;
      const mayEnd = output.some(({ isOpen }) => isOpen) || left.some(({ session }) => session === step.pid);
      if (left.length > 0 && mayEnd && this.#cancelled !== 'now' && Date.now() - scriptEnded < grace) {
        isGone = await step.gone(POLL_INTERVAL_MS);
        continue;
      }
      if (left.length > 0) command.onLeftovers(left);
      step.kill();
      isGone = await step.gone(KILL_TIMEOUT_MS);
      if (!isGone) throw cannotEnd(step.processes());
    }
    await withTimeout(Promise.all(output.map(({ end }) => end)), OUTPUT_TIMEOUT_MS);
    // In a turn of the event loop timers come before input: when this process did not run for a while, the output is unread.
    if (output.some(({ isOpen }) => isOpen)) await nextTurn();
  }
}

function askToEnd(pid: number): void {
  sendSignal(pid, 'SIGTERM');
  sendSignal(pid, 'SIGCONT'); // a stopped process gets the signal when it continues
}

function cannotEnd(left: readonly ProcessEntry[]): AppError {
  const list = left.map(({ pid, name, state }) => `${name} (process ${pid}, state ${state})`).join(', ');
  return new AppError(
    'step',
    `Processes of the step cannot be ended: ${list || 'their names are not known'}. They may still write to the build data.`,
    'In state D a process waits for a device or a network file system. Build again after the processes have ended.',
  );
}

async function withTimeout(promise: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([promise, new Promise((resolve) => (timer = setTimeout(resolve, timeoutMs)))]);
  clearTimeout(timer);
}
