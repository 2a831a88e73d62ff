import { closeSync, openSync, readSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors';
import { LineSplitter } from '../system/line-splitter';
import { sendSignal, type ProcessEntry } from '../system/process-list';
import type { ProcessEnd, StepProcess, StepSpawner } from './step-process';

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
/** Longer lines of output are processed in pieces. */
const MAX_LINE_BYTES = 64 * 1024;
/** A step without leftovers ends within this time, so that the process table need not be read. */
const CLEAN_END_MS = 20;

/** The result of a step. A failing step is a result, not an exception. */
export type StepResult =
  | { readonly outcome: 'done' }
  | {
      readonly outcome: 'failed';
      readonly exit: number | null;
      readonly signal: string | null;
      /** The lines for the console (contract section 4). */
      readonly lines: readonly string[];
    };

/** The command to run, and the receivers of its events. */
export interface StepCommand {
  readonly argv: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  /** The argv of a program that runs the step's, for example a tracer. */
  readonly wrap?: ((argv: readonly string[]) => [string, ...string[]]) | undefined;
  onStart(pid: number): void;
  /** A line of output, or a piece of a long line; then `isContinued` is true for all but the last piece. */
  onLine(stream: 'stdout' | 'stderr', line: Buffer, isContinued: boolean): void;
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
    const output = [new Output(step.stdout, 'stdout', command), new Output(step.stderr, 'stderr', command)];
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
  async #endLeftovers(step: StepProcess, output: readonly Output[], command: StepCommand): Promise<void> {
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

/** One stream of a step, passed to the command in lines. */
class Output {
  readonly #reader: Readable;

  readonly end: Promise<void>;
  isOpen = true;

  constructor(reader: Readable, stream: 'stdout' | 'stderr', command: StepCommand) {
    this.#reader = reader;
    const splitter = new LineSplitter((line, isContinued) => command.onLine(stream, line, isContinued), MAX_LINE_BYTES);
    this.end = new Promise((resolve) => {
      reader.on('data', (chunk: Buffer) => splitter.push(chunk));
      // An error ends the stream like its end does: what was read before counts.
      reader
        .on('error', () => undefined)
        .on('close', () => {
          splitter.end();
          this.isOpen = false;
          resolve();
        });
    });
  }

  close(): void {
    this.#reader.destroy();
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
    'State D is a wait for a device or a network file system. When they have ended, build again.',
  );
}

async function withTimeout(promise: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([promise, new Promise((resolve) => (timer = setTimeout(resolve, timeoutMs)))]);
  clearTimeout(timer);
}

const SIGNAL_NAMES = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

function ended({ exit, signal }: ProcessEnd): StepResult {
  if (exit === 0) return { outcome: 'done' };
  if (exit !== null) return { outcome: 'failed', exit, signal: null, lines: [`Child returned err ${exit}`] };
  const name = SIGNAL_NAMES.get(signal) ?? `signal ${signal}`;
  return { outcome: 'failed', exit, signal: name, lines: [`Child was terminated by signal ${signal}`] };
}

const START_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: '[Errno 2] No such file or directory',
  ENOEXEC: '[Errno 8] Exec format error',
  EACCES: '[Errno 13] Permission denied',
  E2BIG: '[Errno 7] Argument list too long',
};

/** The messages of contract section 4 for a script that cannot be started, in the original's notation. */
function notStarted(argv: readonly string[], code: string): StepResult {
  const list = argv.map(pythonString).join(', ');
  const reason = START_ERRORS[code] ?? code;
  return {
    outcome: 'failed',
    exit: null,
    signal: null,
    lines: [`Error starting or running shell:${reason}: ${pythonString(argv[0] ?? '')}`, `shell_list = [${list}]`],
  };
}

function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r');
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

/**
 * Whether the kernel can execute a file. For plain text without an interpreter line posix_spawn would fall back to
 * /bin/sh. A name without a slash is looked up on PATH and left to the kernel.
 */
function hasExecutableFormat(script: string): boolean {
  if (!script.includes('/')) return true;
  const head = Buffer.alloc(256);
  let length: number;
  try {
    const fd = openSync(script, 'r');
    try {
      length = readSync(fd, head, 0, head.length, 0);
    } finally {
      closeSync(fd);
    }
  } catch {
    return true; // missing, a directory or unreadable: starting it fails with the kernel's message
  }
  return head.subarray(0, 2).toString() === '#!' || head.subarray(0, length).includes(0);
}
