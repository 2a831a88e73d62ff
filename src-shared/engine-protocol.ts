import type { StepExecution } from './checkpoints/fingerprint';

/**
 * The journal: what the engine writes to `logs/run-<stamp>-<n>.jsonl`, one JSON object a line, and what a GUI reads.
 *
 * A record is written before its effect is announced on the console. The file is flushed at every record that is not
 * `output`. A run whose last record is not `exit` and whose lock owner is gone was interrupted. Reading from a byte offset
 * that followed a line gives every later line once, in order. Unknown kinds and fields MUST be ignored by readers.
 */
export const PROTOCOL_VERSION = 1;

/** What the app calls itself as the starter of a build (SLIPWAY_CLIENT). */
export const APP_CLIENT = 'Slipway';

/** How a run ended. `paused` and `done` exit 0; `failed` 1; `cancelled` 128 + signal. */
export type RunOutcome = 'done' | 'paused' | 'failed' | 'cancelled';

/** One step as planned; `kept` steps are not run because the build resumes after them. */
export interface PlannedStep {
  readonly index: number;
  readonly name: string;
  readonly message: string;
  readonly kept: boolean;
}

/** A nodepath (or key) that a step asked for, and a hash of the values it was given. */
export interface ManifestReadRecord {
  readonly request: string;
  readonly isKey: boolean;
  readonly hash: string;
}

/** What one step did in one run. */
export interface RunStep {
  readonly step: string;
  readonly index: number;
  readonly outcome: 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';
  /** Seconds since the epoch. */
  readonly startedAt: number;
  /** Missing while it runs, and when nobody saw it end. */
  readonly seconds?: number;
  readonly exit?: number;
  readonly signal?: string;
}

/** What each record carries besides `kind` and `at`. */
interface RecordBodies {
  /** First: who runs, and which form of the journal this is. */
  hello: { protocol: number; engine: string; run: string; pid: number; host: string; client: string };
  /** What is going to be done: the steps, which of them are kept, where it resumes and pauses. */
  plan: {
    manifest: string;
    distribution: string;
    area: string;
    backend: string | null;
    steps: readonly PlannedStep[];
    resume: string | null;
    pause: string | null;
    line: string;
    /** Where this line of checkpoints left another one (lines are clones; `null` for the first). */
    parent: string | null;
  };
  /** The build data is as it was before `step`; `null`: empty. */
  'rolled-back': { step: string | null; snapshot: string; seconds: number };
  /** The checkpoint before `step` exists. */
  'checkpoint-taken': { step: string; snapshot: string; line: string; parent: string | null; seconds: number };
  /** A step's process has started. */
  'step-started': { step: string; index: number; pid: number; argv: readonly string[] };
  /** A line of output: of the step, or of the engine itself. */
  output: { step: string | null; stream: 'stdout' | 'stderr' | 'engine'; text: string };
  /** A step has asked for a value of the manifest; of the answer only a hash is kept. */
  'manifest-read': { step: string } & ManifestReadRecord;
  /** A step has ended: by itself, by a failure, or because the build was stopped. */
  'step-finished': {
    step: string;
    outcome: 'done' | 'failed' | 'cancelled';
    exit: number | null;
    signal: string | null;
    seconds: number;
    /** What shaped it: to be compared with what shaped another run's step. */
    execution?: StepExecution;
  };
  /** Somebody moved the pause of this run while it ran; `null`: no pause any more. */
  'pause-requested': { step: string | null };
  /** The build has stopped before `step`, as it was asked to. */
  paused: { step: string };
  /** A signal has stopped the build; `step` is what ran then. */
  cancelled: { signal: string; step: string | null };
  /** The last. It repeats what the run did, so that a reader of many runs need not read all they printed. */
  exit: {
    code: number;
    outcome: RunOutcome;
    seconds: number;
    steps?: readonly RunStep[];
    checkpoints?: readonly string[];
  };
}

export type EngineRecordKind = keyof RecordBodies;

/** One line of the journal. `at` is seconds since the epoch with milliseconds. */
export type EngineRecord = {
  [K in EngineRecordKind]: { readonly kind: K; readonly at: number } & Readonly<RecordBodies[K]>;
}[EngineRecordKind];

/** A record before the journal stamped it. */
export type EngineRecordBody<K extends EngineRecordKind> = Readonly<RecordBodies[K]>;
