import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { AppError } from '../../src-shared/errors';
import type { LockAttempt } from '../system/kernel-lock';
import { LineSplitter } from '../system/line-splitter';
import { LaunchedCommands } from './launched-commands';
import { continueStopped, LaunchedStep, type LauncherState } from './launched-step';
import { LAUNCHER_PROGRAM } from './launcher-program';
import { launcherRequest } from './launcher-request';
import type { Containment, StartFailure, StepProcess, StepSpawner } from './step-process';

/** Numbers of the system calls clone, mount, prctl, setsid, getpid, unshare, exit_group and umount2, by `process.arch`. */
const SYSTEM_CALLS: Readonly<Record<string, readonly number[]>> = {
  x64: [56, 165, 157, 112, 39, 272, 231, 166],
  arm64: [220, 40, 167, 157, 172, 97, 94, 39],
  riscv64: [220, 40, 167, 157, 172, 97, 94, 39],
  loong64: [220, 40, 167, 157, 172, 97, 94, 39],
  arm: [120, 21, 172, 66, 20, 337, 248, 52],
  ia32: [120, 21, 172, 66, 20, 310, 252, 52],
  ppc64: [120, 21, 171, 66, 20, 282, 234, 52],
};

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
  /** Runs commands of the engine; `undefined` where a step could reach the process that does. */
  readonly commands: LaunchedCommands | undefined;

  /**
   * @param lockedFolder a descriptor of a folder that the launcher locks first; this saves a process
   * @param runsCommands whether it also runs commands of the engine, where steps cannot reach it
   */
  constructor(perl: string, containment: 'namespaces' | 'reaper', lockedFolder?: number, runsCommands = false) {
    this.lock = new Promise((resolve) => (this.#settleLock = resolve));
    this.#state = { containment, launcher: undefined, holder: undefined };
    const numbers = (SYSTEM_CALLS[process.arch] ?? []).map(String);
    const hasCommands = runsCommands && containment === 'namespaces';
    const flags = [lockedFolder !== undefined, hasCommands].map((flag) => (flag ? '1' : '0'));
    this.#launcher = spawn(perl, ['-e', LAUNCHER_PROGRAM, String(process.pid), containment, ...numbers, ...flags], {
      stdio: [
        'ignore',
        'ignore',
        'inherit',
        'pipe',
        lockedFolder ?? 'ignore',
        ...(hasCommands ? ['pipe' as const] : []),
      ],
      // A signal must also interrupt a wait.
      env: { PERL_SIGNALS: 'unsafe', LC_ALL: 'C' },
      detached: true,
    });
    this.#state.launcher = this.#launcher.pid;
    this.#continuing = setInterval(() => this.#step && continueStopped(this.#state), CONTINUE_INTERVAL_MS).unref();
    this.#launcher.on('error', (error) => this.#lose(error.message));
    this.#launcher.on('exit', (code, signal) => this.#lose(signal ?? `status ${code}`));
    const [, , , socket, , requests] = this.#launcher.stdio as readonly unknown[];
    if (!(socket instanceof Socket)) throw new Error('the launcher has no socket');
    this.#socket = socket;
    if (requests instanceof Socket) this.commands = new LaunchedCommands(requests);
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
      this.#socket.write(launcherRequest(argv, env));
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
    this.commands?.close();
    this.#launcher.unref();
  }

  #receive(line: string): void {
    const [kind = '', ...values] = line.split(' ');
    if (kind === 'lock') this.#settleLock(values[0] === 'locked' || values[0] === 'denied' ? values[0] : 'unsupported');
    const numbers = values.map(Number);
    // Root in a container without the right, or too many namespaces.
    if (kind === 'denied') {
      this.#state.containment = 'reaper';
      this.commands?.close();
    }
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
    'Build again. Checkpoints that were taken are intact.',
  );
}
