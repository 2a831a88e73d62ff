import { kindOfLine } from '../journal/kind-of-line';
import type { EngineRecord, PlannedStep, RunOutcome, RunStep } from '../journal/records';

/** A run by its journal: one lane of the timeline. */
export interface RunView {
  readonly run: string;
  /** `interrupted`: its process is gone and there is no exit record. */
  readonly state: RunOutcome | 'running' | 'interrupted';
  /** The program that started it: `terminal`, or the app. */
  readonly client?: string;
  readonly pid?: number;
  /** Id of the area's lock that its engine holds; missing for version 1. */
  readonly lock?: string;
  readonly host?: string;
  /** Seconds since the epoch. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly seconds?: number;
  readonly exitCode?: number;
  readonly manifest?: string;
  readonly backend?: string;
  /** The id of the line that it built. */
  readonly line?: string;
  /** Where that line left another one, as `LINE@STEP`; missing for the first line. */
  readonly parent?: string;
  /** The steps as they were planned; those that are `kept` were not run. */
  readonly planned: readonly PlannedStep[];
  /** The step it resumed at; `null` for a build from the beginning. */
  readonly resume: string | null;
  /** The step it pauses before: as planned, or as requested while it ran. */
  readonly pause: string | null;
  readonly steps: readonly RunStep[];
  /** Steps before which this run took a checkpoint. */
  readonly checkpoints: readonly string[];
  /** The step it paused before. */
  readonly pausedBefore?: string;
  /** The signal that cancelled it. */
  readonly cancelledBy?: string;
  /** Whether the run has rolled back or emptied the build data; before that it has changed nothing. */
  readonly isUnderWay: boolean;
  /** Why the journal cannot be read. The other fields are then unknown. */
  readonly problem?: string;
}

/** Returns a run of which only the name is known. */
export function newRun(run: string): RunView {
  return {
    run,
    state: 'running',
    planned: [],
    resume: null,
    pause: null,
    steps: [],
    checkpoints: [],
    isUnderWay: false,
  };
}

/** Returns the run after one more record of its journal. `output` and unknown records change nothing and give the same object. */
export function withRecord(run: RunView, record: EngineRecord): RunView {
  switch (record.kind) {
    case 'hello':
      return {
        ...run,
        client: record.client,
        pid: record.pid,
        host: record.host,
        startedAt: record.at,
        ...(record.lock !== undefined && { lock: record.lock }),
      };
    case 'plan':
      return {
        ...run,
        manifest: record.manifest,
        planned: record.steps,
        resume: record.resume,
        pause: record.pause,
        line: record.line,
        ...(record.parent !== null && { parent: record.parent }),
        ...(record.backend !== null && { backend: record.backend }),
      };
    case 'pause-requested':
      return { ...run, pause: record.step };
    case 'rolled-back':
      return { ...run, isUnderWay: true };
    case 'checkpoint-taken':
      return { ...run, checkpoints: [...run.checkpoints, record.step] };
    case 'step-started':
      return {
        ...run,
        steps: [...run.steps, { step: record.step, index: record.index, outcome: 'running', startedAt: record.at }],
      };
    case 'step-finished':
      return {
        ...run,
        steps: run.steps.map((step, at) =>
          at === run.steps.length - 1 && step.step === record.step
            ? {
                ...step,
                outcome: record.outcome,
                ...(record.seconds !== undefined && { seconds: record.seconds }),
                ...(record.exit !== null && { exit: record.exit }),
                ...(record.signal !== null && { signal: record.signal }),
              }
            : step,
        ),
      };
    case 'paused':
      return { ...run, pausedBefore: record.step };
    case 'cancelled':
      return { ...run, cancelledBy: record.signal };
    case 'exit':
      return {
        ...run,
        state: record.outcome,
        exitCode: record.code,
        endedAt: record.at,
        seconds: record.seconds,
        isUnderWay: run.isUnderWay || (record.steps ?? []).length > 0,
        ...(record.steps && { steps: record.steps }),
        ...(record.checkpoints && { checkpoints: record.checkpoints }),
        ...(record.pause !== undefined && { pause: record.pause }),
        ...(record.pausedBefore !== undefined && { pausedBefore: record.pausedBefore }),
        ...(record.cancelledBy !== undefined && { cancelledBy: record.cancelledBy }),
      };
    default:
      return run;
  }
}

/** Whether a line of a journal is a record that may change a run; most lines are output. `start` is where it begins in the bytes. */
export function concernsRun(line: string | Uint8Array, start = 0): boolean {
  const kind = kindOfLine(line, start);
  return kind !== undefined && kind !== 'output' && kind !== 'manifest-read';
}

/** Returns the run as interrupted: its process ended without an exit record. */
export function interrupted(run: RunView): RunView {
  if (run.state !== 'running') return run;
  return {
    ...run,
    state: 'interrupted',
    steps: run.steps.map((step) => (step.outcome === 'running' ? { ...step, outcome: 'interrupted' } : step)),
  };
}
