import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { descendants, listProcesses, sendSignal, type ProcessEntry } from '../system/process-list';
import { markedProcesses } from './orphans';
import type { OutputPipes } from './output-pipes';
import type { ProcessEnd, StartFailure, StepProcess, StepSpawner } from './step-process';

const POLL_INTERVAL_MS = 50;

/**
 * Starts each step in a session of its own, on systems without the launcher. Processes that leave the session are found
 * by the mark in their environment, where the system shows environments. A process that leaves both is not found.
 */
export class SessionSpawner implements StepSpawner {
  readonly #pipes: OutputPipes;
  readonly #mark: string;

  readonly containment = 'session';

  /** @param mark the value of `SLIPWAY_AREA` in the environment of steps */
  constructor(pipes: OutputPipes, mark: string) {
    this.#pipes = pipes;
    this.#mark = mark;
  }

  async spawn(argv: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Promise<StepProcess | StartFailure> {
    const [script, ...args] = argv;
    const [stdout, stderr] = [this.#pipes.open('stdout'), this.#pipes.open('stderr')];
    const stdio = ['ignore', stdout.writeEnd, stderr.writeEnd] as const;
    const child = spawn(script, args, { argv0: script, env, detached: true, stdio: [...stdio] });
    stdout.closeWriteEnd();
    stderr.closeWriteEnd();
    const { pid } = child;
    const failure = new Promise<StartFailure>((resolve) =>
      child.on('error', (error: NodeJS.ErrnoException) => resolve({ failed: error.code ?? error.message })),
    );
    if (pid === undefined) {
      stdout.reader.destroy();
      stderr.reader.destroy();
      return failure;
    }
    const ended = new Promise<ProcessEnd>((resolve) =>
      child.on('exit', (exit, signal) => resolve({ exit, signal: signal === null ? 0 : constants.signals[signal] })),
    );
    return new SessionStep(pid, stdout.reader, stderr.reader, ended, this.#mark);
  }

  close(): void {
    // the pipes are in the caller's folder
  }
}

class SessionStep implements StepProcess {
  readonly #mark: string;

  constructor(
    readonly pid: number,
    readonly stdout: Socket,
    readonly stderr: Socket,
    readonly ended: Promise<ProcessEnd>,
    mark: string,
  ) {
    this.#mark = mark;
  }

  async gone(timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      if (this.processes().length === 0) return true;
      if (Date.now() >= deadline) return false;
      await delay(Math.min(POLL_INTERVAL_MS, timeoutMs));
    }
  }

  processes(): ProcessEntry[] {
    const all = listProcesses();
    const marked = markedProcesses(this.#mark, all);
    const roots = all.filter((entry) => entry.session === this.pid || marked.includes(entry));
    return [...new Set([...roots, ...descendants(new Set(roots.map(({ pid }) => pid)), all)])];
  }

  kill(): void {
    for (const { pid } of this.processes()) sendSignal(pid, 'SIGKILL');
  }
}
