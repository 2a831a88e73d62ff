import { spawn, type ChildProcess } from 'node:child_process';
import { constants as fsConstants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import { AppError } from '../../src-shared/errors';
import type { LockAttempt } from '../system/kernel-lock';
import { LineSplitter } from '../system/line-splitter';
import { descendants, listProcesses, sendSignal, type ProcessEntry } from '../system/process-list';
import { LAUNCHER_PROGRAM } from './launcher-program';
import type { Containment, ProcessEnd, StartFailure, StepProcess, StepSpawner } from './step-process';

/** Numbers of the system calls clone, mount, prctl, setsid, getpid, unshare and exit_group, by `process.arch`. */
const SYSTEM_CALLS: Readonly<Record<string, readonly number[]>> = {
  x64: [56, 165, 157, 112, 39, 272, 231],
  arm64: [220, 40, 167, 157, 172, 97, 94],
  riscv64: [220, 40, 167, 157, 172, 97, 94],
  loong64: [220, 40, 167, 157, 172, 97, 94],
  arm: [120, 21, 172, 66, 20, 337, 248],
  ia32: [120, 21, 172, 66, 20, 310, 252],
  ppc64: [120, 21, 171, 66, 20, 282, 234],
};

/** The poll interval for the end of a step whose launcher has ended. */
const LOST_POLL_MS = 20;
/**
 * The interval at which a stopped launcher or holder is continued. A step of the same account can stop them (`kill
 * -STOP $PPID`).
 */
const CONTINUE_INTERVAL_MS = 500;

/** Whether the launcher supports this machine's system calls. */
export const canLaunch = (): boolean => process.platform === 'linux' && process.arch in SYSTEM_CALLS;

/** Starts steps through the program of `launcher-program.ts`, which keeps the processes of each together. */
export class StepLauncher implements StepSpawner {
  readonly #state: LauncherState;
  readonly #launcher: ChildProcess;
  readonly #socket: Socket;
  #step: LaunchedStep | undefined;
  #lost: AppError | undefined;
  readonly #continuing: NodeJS.Timeout;
  /** The result of locking the folder. */
  readonly lock: Promise<LockAttempt>;
  #settleLock: (attempt: LockAttempt) => void = () => undefined;

  /** @param lockedFolder a descriptor of a folder that the launcher locks first; this saves a process */
  constructor(perl: string, containment: 'namespaces' | 'reaper', lockedFolder?: number) {
    this.lock = new Promise((resolve) => (this.#settleLock = resolve));
    this.#state = { containment, launcher: undefined, holder: undefined };
    const numbers = (SYSTEM_CALLS[process.arch] ?? []).map(String);
    const locks = lockedFolder === undefined ? [] : ['1'];
    this.#launcher = spawn(perl, ['-e', LAUNCHER_PROGRAM, String(process.pid), containment, ...numbers, ...locks], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe', ...(lockedFolder === undefined ? [] : [lockedFolder])],
      // A signal must also interrupt a wait.
      env: { PERL_SIGNALS: 'unsafe', LC_ALL: 'C' },
      detached: true,
    });
    this.#state.launcher = this.#launcher.pid;
    this.#continuing = setInterval(() => this.#step && continueStopped(this.#state), CONTINUE_INTERVAL_MS).unref();
    this.#launcher.on('error', (error) => this.#lose(error.message));
    this.#launcher.on('exit', (code, signal) => this.#lose(signal ?? `status ${code}`));
    const socket = this.#launcher.stdio[3];
    if (!(socket instanceof Socket)) throw new Error('the launcher has no socket');
    this.#socket = socket;
    const lines = new LineSplitter((line) => this.#receive(line.toString('latin1')));
    // An error of the socket means that the launcher has ended, which is reported separately.
    this.#socket.on('data', (chunk: Buffer) => lines.push(chunk)).on('error', () => undefined);
  }

  get containment(): Containment {
    return this.#state.containment;
  }

  async spawn(argv: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Promise<StepProcess | StartFailure> {
    for (;;) {
      if (this.#lost) throw this.#lost;
      this.#step = new LaunchedStep(this.#state);
      this.#socket.write(request(argv, env));
      const started = await this.#step.started;
      if (started === 'started') return this.#step;
      if (typeof started === 'object') return started;
    }
  }

  close(): void {
    clearInterval(this.#continuing);
    this.#launcher.removeAllListeners('exit');
    continueStopped(this.#state); // it reads the end of its socket
    this.#socket.end().unref();
    this.#launcher.unref();
  }

  #receive(line: string): void {
    const [kind = '', ...values] = line.split(' ');
    if (kind === 'lock') this.#settleLock(values[0] === 'locked' || values[0] === 'denied' ? values[0] : 'unsupported');
    const numbers = values.map(Number);
    // Root in a container without the right, or too many namespaces.
    if (kind === 'denied') this.#state.containment = 'reaper';
    if (kind === 'holder') this.#state.holder = numbers[0];
    this.#step?.receive(kind, numbers);
  }

  #lose(how: string): void {
    this.#lost = lost(how);
    this.#settleLock('unsupported');
    this.#step?.fail(this.#lost);
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
function request(argv: readonly string[], env: NodeJS.ProcessEnv): Buffer {
  const variables = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const fields = [String(argv.length), ...argv, ...variables];
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** The state of the launcher. */
interface LauncherState {
  containment: 'namespaces' | 'reaper';
  launcher: number | undefined;
  /** The process that holds the present step together, by the number that can be signalled. */
  holder: number | undefined;
}

type Start = 'started' | 'denied' | StartFailure;

/** A step that the launcher starts or has started. */
class LaunchedStep implements StepProcess {
  readonly #launcher: LauncherState;

  readonly started: Promise<Start>;
  readonly ended: Promise<ProcessEnd>;
  pid = 0;
  /** The holder's number in /proc. */
  #procHolder: number | undefined;
  #streams: { readonly stdout: Socket; readonly stderr: Socket } | undefined;
  #failure: StartFailure | undefined;
  #isGone = false;
  #isLost = false;
  #isKilled = false;
  #wake: () => void = () => undefined;
  #settleStarted: Settle<Start> = NEVER;
  #settleEnded: Settle<ProcessEnd> = NEVER;

  constructor(launcher: LauncherState) {
    this.#launcher = launcher;
    this.started = new Promise((resolve, reject) => (this.#settleStarted = { resolve, reject }));
    this.ended = new Promise((resolve, reject) => (this.#settleEnded = { resolve, reject }));
    this.ended.catch(() => undefined); // the end of a step that has not started is not awaited
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

  /** Processes one line of the launcher. */
  receive(kind: string, [first = 0, second = 0, third = 0, fourth = 0, fifth = 0]: readonly number[]): void {
    if (this.#isGone) return; // of the next step
    switch (kind) {
      case 'started':
        this.#procHolder = second;
        this.pid = third;
        this.#streams = { stdout: openPipe(first, fourth), stderr: openPipe(first, fifth) };
        break;
      case 'failed':
        this.#failure = { failed: errorName(first) };
        break;
      case 'ended':
        this.#settleEnded.resolve(
          first % 128 === 0 ? { exit: first >> 8, signal: 0 } : { exit: null, signal: first % 128 },
        );
        break;
      case 'gone':
        this.#isGone = true;
        this.#launcher.holder = undefined;
        this.#settleStarted.resolve(this.#failure ?? 'denied');
        this.#settleEnded.resolve({ exit: null, signal: constants.signals.SIGKILL });
        this.#wake();
        break;
    }
    // The launcher and the holder write at the same time.
    if (this.#streams && this.#launcher.holder !== undefined) this.#settleStarted.resolve('started');
  }

  /** The launcher has ended. The kernel ends the step with it. */
  fail(error: Error): void {
    this.#isLost = true;
    this.#settleStarted.reject(error);
    this.#settleEnded.reject(error);
    this.#wake();
  }

  async gone(timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    for (let left = timeoutMs; !this.#isGone && left > 0; left = deadline - Date.now()) {
      if (this.#isLost && !isSignallable(this.#launcher.holder)) this.#isGone = true;
      else await this.#news(this.#isLost || this.#isKilled ? Math.min(left, LOST_POLL_MS) : left);
      // Processes that the step has stopped, or stops again before it is killed, can neither end nor report.
      if (this.#isLost) continueStopped(this.#launcher);
      if (this.#isKilled) this.kill();
    }
    return this.#isGone;
  }

  processes(): ProcessEntry[] {
    return this.#procHolder === undefined ? [] : descendants(new Set([this.#procHolder]), listProcesses());
  }

  kill(): void {
    const { holder, containment } = this.#launcher;
    if (this.#isGone || holder === undefined) return;
    // The end of a namespace's first process ends all of them.
    if (containment === 'namespaces') return signal(holder, 'SIGKILL');
    // A holder without a namespace ends its descendants itself; they may stop it meanwhile.
    if (this.#isKilled) for (const { pid } of this.processes()) sendSignal(pid, 'SIGKILL');
    this.#isKilled = true;
    signal(holder, 'SIGTERM');
    continueStopped(this.#launcher);
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

/** SIGCONT has no effect on a process that is not stopped. */
function continueStopped({ launcher, holder, containment }: LauncherState): void {
  if (containment === 'namespaces') return; // a step sees neither
  signal(launcher, 'SIGCONT');
  signal(holder, 'SIGCONT');
}

function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, name);
  } catch {
    // it has just ended
  }
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
