import type { Readable } from 'node:stream';
import type { ProcessEntry } from '../system/process-list';

/** How a step's script ended. */
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

/** A running step: its script, and everything that the script has started. */
export interface StepProcess {
  /** The script's process by its number in /proc. It leads a session. */
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the script has ended. What it started may still run. Rejects when the step was lost. */
  readonly ended: Promise<ProcessEnd>;
  /** Waits until nothing of the step runs any more. False when that took longer than the timeout. */
  gone(timeoutMs: number): Promise<boolean>;
  /** What runs of the step now. */
  processes(): ProcessEntry[];
  /** Ends everything that runs of the step, by SIGKILL. `gone` reports when it has taken effect. */
  kill(): void;
}

/** How steps are kept together, so that everything they start can be ended with them. The journal names it. */
export type Containment =
  /** Linux as root: each step has its own mount and PID namespace. */
  | 'namespaces'
  /** Linux: a process adopts what the step leaves behind, and ends it. */
  | 'reaper'
  /** Any system: a session, and a mark in the environment. */
  | 'session';

/** Starts steps, one at a time. */
export interface StepSpawner {
  /** What is in force for the next step. */
  readonly containment: Containment;
  spawn(argv: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Promise<StepProcess | StartFailure>;
  close(): void;
}
