import { constants as fsConstants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import { descendants, listProcesses, sendSignal, type ProcessEntry } from '../system/process-list';
import type { ProcessEnd, StartFailure, StepProcess } from './step-process';

/** The poll interval for the end of a step whose launcher has ended. */
const LOST_POLL_MS = 20;

/** The state of the launcher, which its steps share. */
export interface LauncherState {
  containment: 'namespaces' | 'reaper';
  launcher: number | undefined;
  /** The process that holds the present step together, by the number that can be signalled. */
  holder: number | undefined;
}

type Start = 'started' | 'denied' | StartFailure;

/** A step that the launcher of `step-launcher.ts` starts or has started. */
export class LaunchedStep implements StepProcess {
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

/**
 * Continues a launcher and a holder that were stopped: by a step, or in namespaces by the user, who stops all processes
 * of a build. SIGCONT has no effect on a process that is not stopped.
 */
export function continueStopped({ launcher, holder }: LauncherState): void {
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
