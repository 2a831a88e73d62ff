import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { constants } from 'node:os';
import { LineSplitter } from '../system/line-splitter';
import type { OutputPipe, OutputPipes } from './output-pipes';

/** How long a step has between SIGTERM and SIGKILL when the build is cancelled. */
const GRACE_MILLISECONDS = 5000;

/** What a step did; a failing step is a result, not an exception. */
export type StepResult =
  | { readonly outcome: 'done' }
  | {
      readonly outcome: 'failed';
      readonly exit: number | null;
      readonly signal: NodeJS.Signals | null;
      /** What the console says about it (contract section 4). */
      readonly lines: readonly string[];
    };

/** What to run and who hears of it. */
export interface StepCommand {
  readonly argv: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  onStart(pid: number): void;
  onLine(stream: 'stdout' | 'stderr', line: Buffer): void;
}

/**
 * Runs one finalizer script: directly, never through a shell; in a session of its own so that all it starts can be ended with
 * it; with standard input closed; both streams read to their end (contract section 4, and 9: 21-23).
 */
export class FinalizerRunner {
  #child: ChildProcess | undefined;
  #kill: NodeJS.Timeout | undefined;

  constructor(private readonly pipes: OutputPipes) {}

  async run(command: StepCommand): Promise<StepResult> {
    const [script, ...args] = command.argv;
    if (!looksExecutable(script)) return notStarted(command.argv, 'ENOEXEC');
    const [stdout, stderr] = [this.pipes.open('stdout'), this.pipes.open('stderr')];
    const streams = [readToEnd(stdout, 'stdout', command), readToEnd(stderr, 'stderr', command)];
    const child = spawn(script, args, {
      argv0: script,
      env: command.env,
      detached: true,
      stdio: ['ignore', stdout.writeEnd, stderr.writeEnd],
    });
    stdout.closeWriteEnd();
    stderr.closeWriteEnd();
    this.#child = child;
    if (child.pid !== undefined) command.onStart(child.pid);
    try {
      const result = await new Promise<StepResult>((resolve) => {
        child.on('error', (error: NodeJS.ErrnoException) =>
          resolve(notStarted(command.argv, error.code ?? error.message)),
        );
        child.on('exit', (exit, signal) => resolve(ended(exit, signal)));
      });
      // Both streams end with the last process that holds them: nothing of the step writes on into the next checkpoint.
      await Promise.all(streams);
      return result;
    } finally {
      clearTimeout(this.#kill);
      this.#child = undefined;
    }
  }

  /** Ends the running step and everything it started: SIGTERM, and SIGKILL for what is left after the grace period. */
  cancel(now = false): void {
    this.#signal(now ? 'SIGKILL' : 'SIGTERM');
    if (!now) this.#kill ??= setTimeout(() => this.#signal('SIGKILL'), GRACE_MILLISECONDS);
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child?.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // the group is gone already
    }
  }
}

/** Hands every line of a pipe to the command; resolves at its end. */
function readToEnd(pipe: OutputPipe, stream: 'stdout' | 'stderr', command: StepCommand): Promise<void> {
  const splitter = new LineSplitter((line) => command.onLine(stream, line));
  return new Promise((resolve, reject) => {
    pipe.reader
      .on('data', (chunk: Buffer) => splitter.push(chunk))
      .on('error', reject)
      .on('end', () => {
        splitter.end();
        resolve();
      });
  });
}

function ended(exit: number | null, signal: NodeJS.Signals | null): StepResult {
  if (exit === 0) return { outcome: 'done' };
  const line =
    signal === null ? `Child returned err ${exit}` : `Child was terminated by signal ${constants.signals[signal]}`;
  return { outcome: 'failed', exit, signal, lines: [line] };
}

const START_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: '[Errno 2] No such file or directory',
  ENOEXEC: '[Errno 8] Exec format error',
  EACCES: '[Errno 13] Permission denied',
  E2BIG: '[Errno 7] Argument list too long',
};

/** The words of contract section 4 for a script that cannot be started, in the original's notation. */
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
 * False for a plain text without an interpreter line: the kernel refuses it, but the C library would hand it to /bin/sh
 * behind our back. A name without a slash is looked up on PATH and left to the kernel.
 */
function looksExecutable(script: string): boolean {
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
    return true; // missing, a directory, unreadable: the attempt to start it says so in the kernel's words
  }
  return head.subarray(0, 2).toString() === '#!' || head.subarray(0, length).includes(0);
}
