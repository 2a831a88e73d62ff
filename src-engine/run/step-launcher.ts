import { spawn, type ChildProcess } from 'node:child_process';
import { constants as fsConstants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import { AppError } from '../../src-shared/errors';
import { LineSplitter } from '../system/line-splitter';
import { descendants, listProcesses, procIsOurs, type ProcessEntry } from '../system/process-list';
import { LAUNCHER_PROGRAM } from './launcher-program';
import type { Containment, ProcessEnd, StartFailure, StepProcess, StepSpawner } from './step-process';

/** Numbers of the system calls clone, mount, prctl, setsid and getpid, by `process.arch`. */
const SYSTEM_CALLS: Readonly<Record<string, readonly number[]>> = {
  x64: [56, 165, 157, 112, 39],
  arm64: [220, 40, 167, 157, 172],
  riscv64: [220, 40, 167, 157, 172],
  loong64: [220, 40, 167, 157, 172],
  arm: [120, 21, 172, 66, 20],
  ia32: [120, 21, 172, 66, 20],
  ppc64: [120, 21, 171, 66, 20],
};

/** How often a step whose launcher has ended is looked for. */
const LOST_POLL_MS = 20;

/** Whether the launcher knows the system calls of this machine. */
export const canLaunch = (): boolean => process.platform === 'linux' && process.arch in SYSTEM_CALLS;

/** Starts steps through the program of `launcher-program.ts`, which keeps each together. */
export class StepLauncher implements StepSpawner {
  #containment: Containment;
  readonly #isProcOurs = procIsOurs();
  readonly #launcher: ChildProcess;
  readonly #socket: Socket;
  #step: LaunchedStep | undefined;
  #lost: AppError | undefined;

  constructor(perl: string, containment: 'namespaces' | 'reaper') {
    this.#containment = containment;
    const numbers = (SYSTEM_CALLS[process.arch] ?? []).map(String);
    this.#launcher = spawn(perl, ['-e', LAUNCHER_PROGRAM, String(process.pid), ...numbers], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
      // A signal must also interrupt a wait.
      env: { PERL_SIGNALS: 'unsafe', LC_ALL: 'C' },
      detached: true,
    });
    this.#launcher.on('error', (error) => this.#lose(error.message));
    this.#launcher.on('exit', (code, signal) => this.#lose(signal ?? `status ${code}`));
    const socket = this.#launcher.stdio[3];
    if (!(socket instanceof Socket)) throw new Error('the launcher has no socket');
    this.#socket = socket;
    const lines = new LineSplitter((line) => this.#step?.receive(line.toString('latin1')));
    // An error of the socket is the launcher's end, which is reported by itself.
    this.#socket.on('data', (chunk: Buffer) => lines.push(chunk)).on('error', () => undefined);
  }

  get containment(): Containment {
    return this.#containment;
  }

  async spawn(argv: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Promise<StepProcess | StartFailure> {
    for (;;) {
      if (this.#lost) throw this.#lost;
      this.#step = new LaunchedStep(this.#containment === 'namespaces', this.#isProcOurs);
      this.#socket.write(request(this.#containment, argv, env));
      const started = await this.#step.started;
      if (started === 'started') return this.#step;
      if (typeof started === 'object') return started;
      if (this.#containment === 'reaper') throw lost('it may not start processes');
      // Root in a container without the right, or too many namespaces.
      this.#containment = 'reaper';
    }
  }

  close(): void {
    this.#launcher.removeAllListeners('exit');
    this.#socket.end();
    this.#launcher.unref();
  }

  #lose(how: string): void {
    this.#lost = lost(how);
    this.#step?.lose(this.#lost);
  }
}

function lost(how: string): AppError {
  return new AppError(
    'step',
    `The process that starts the steps has ended: ${how}. The step that it ran ended with it.`,
    'Build again. The last checkpoint is intact.',
  );
}

/** See `launcher-program.ts` for the form. */
function request(containment: Containment, argv: readonly string[], env: NodeJS.ProcessEnv): Buffer {
  const variables = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const fields = [containment, String(argv.length), ...argv, ...variables];
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

type Start = 'started' | 'denied' | StartFailure;

/** A step that the launcher has started, or tries to. */
class LaunchedStep implements StepProcess {
  readonly started: Promise<Start>;
  readonly ended: Promise<ProcessEnd>;
  pid = 0;
  /** The process that holds the step together. */
  #holder: number | undefined;
  /** Its number in /proc. */
  #procHolder: number | undefined;
  #streams: { readonly stdout: Socket; readonly stderr: Socket } | undefined;
  #answer: Start | undefined;
  #isGone = false;
  #isLost = false;
  #wake: () => void = () => undefined;
  #settleStarted: Settle<Start> = NEVER;
  #settleEnded: Settle<ProcessEnd> = NEVER;

  constructor(
    private readonly isNamespace: boolean,
    private readonly isProcOurs: boolean,
  ) {
    this.started = new Promise((resolve, reject) => (this.#settleStarted = { resolve, reject }));
    this.ended = new Promise((resolve, reject) => (this.#settleEnded = { resolve, reject }));
    this.ended.catch(() => undefined); // a step that has not started is not asked for its end
  }

  get stdout(): Socket {
    return this.#opened.stdout;
  }

  get stderr(): Socket {
    return this.#opened.stderr;
  }

  get #opened(): { readonly stdout: Socket; readonly stderr: Socket } {
    if (!this.#streams) throw new Error('the step has not started');
    return this.#streams;
  }

  /** Takes one line of the launcher. */
  receive(line: string): void {
    const [kind, ...values] = line.split(' ');
    const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = values.map(Number);
    switch (kind) {
      case 'holder':
        this.#holder = first;
        break;
      case 'started':
        this.#procHolder = second;
        if (this.isProcOurs) this.#holder = second;
        this.pid = third;
        this.#streams = { stdout: openPipe(first, fourth), stderr: openPipe(first, fifth) };
        this.#answer = 'started';
        break;
      case 'failed':
        this.#answer = { failed: errorName(first) };
        break;
      case 'denied':
        this.#answer = 'denied';
        break;
      case 'ended':
        this.#settleEnded.resolve(
          first % 128 === 0 ? { exit: first >> 8, signal: 0 } : { exit: null, signal: first % 128 },
        );
        break;
      case 'gone':
        this.#settleStarted.resolve(this.#answer ?? 'denied');
        this.#settleEnded.resolve({ exit: null, signal: constants.signals.SIGKILL });
        this.#isGone = true;
        this.#wake();
        return;
      default:
        throw new Error(`the launcher answered ${line}`);
    }
    // The launcher and the holder write at the same time. A refused step may be followed by another when it is gone.
    if (this.#answer === 'started' && this.#holder !== undefined) this.#settleStarted.resolve('started');
  }

  /** The launcher has ended. The kernel ends the step with it. */
  lose(error: Error): void {
    this.#isLost = true;
    this.#settleStarted.reject(error);
    this.#settleEnded.reject(error);
    this.#wake();
  }

  async gone(timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    for (let left = timeoutMs; !this.#isGone && left > 0; left = deadline - Date.now()) {
      if (this.#isLost && !isSignallable(this.#holder)) this.#isGone = true;
      else await this.#news(this.#isLost ? Math.min(left, LOST_POLL_MS) : left);
    }
    return this.#isGone;
  }

  processes(): ProcessEntry[] {
    return this.#procHolder === undefined ? [] : descendants(new Set([this.#procHolder]), listProcesses());
  }

  kill(): void {
    if (this.#isGone || this.#holder === undefined) return;
    try {
      // The end of a namespace's first process is the end of all. A holder without a namespace ends its descendants itself.
      process.kill(this.#holder, this.isNamespace ? 'SIGKILL' : 'SIGTERM');
    } catch {
      // it has just ended
    }
  }

  async #news(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

interface Settle<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

const NEVER: Settle<unknown> = { resolve: () => undefined, reject: () => undefined };

/** A pipe's reading end of the launcher, opened a second time. */
function openPipe(launcher: number, descriptor: number): Socket {
  const path = `/proc/${launcher}/fd/${descriptor}`;
  const fd = openSync(path, fsConstants.O_RDONLY | fsConstants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}

function isSignallable(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const ERROR_NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

const errorName = (number: number): string => ERROR_NAMES.get(number) ?? `error ${number}`;
