import type { Readable } from 'node:stream';
import type { ProcessEntry } from '../system/process-list';

/** The end of a step's script. */
export interface ProcessEnd {
  /** `null` when a signal ended it. */
  readonly exit: number | null;
  /** The number of the signal; 0 when it exited. */
  readonly signal: number;
}

/** A script that could not be started, with the system's code: `ENOENT`, `EACCES`. */
export interface StartFailure {
  readonly failed: string;
}

/** A running step: its script, and all processes that the script has started. */
export interface StepProcess {
  /** The script's process by its number in /proc. It leads a session. */
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the script has ended. Processes that it started may still run. Rejects when the step was lost. */
  readonly ended: Promise<ProcessEnd>;
  /** Waits until all processes of the step have ended. Returns false after the timeout. */
  gone(timeoutMs: number): Promise<boolean>;
  /** The step's running processes. */
  processes(): ProcessEntry[];
  /** Ends all processes of the step by SIGKILL. `gone` reports when they have ended. */
  kill(): void;
}

/** How the processes of a step are kept together so that they can be ended with it. Recorded in the journal. */
export type Containment =
  /** Linux as root: each step has its own mount and PID namespace. */
  | 'namespaces'
  /** Linux: a process adopts the step's orphans and ends them. */
  | 'reaper'
  /** Any system: a session, and a mark in the environment. */
  | 'session';

/** Starts steps, one at a time. */
export interface StepSpawner {
  /** The method for the next step. */
  readonly containment: Containment;
  spawn(argv: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Promise<StepProcess | StartFailure>;
  close(): void;
}
