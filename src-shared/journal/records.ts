import { stepInput, manifestRead, stepExecution } from '../checkpoints/execution';
import { kindOfLine } from './kind-of-line';
import {
  described,
  flag,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  optional,
  text,
  type ObjectOf,
  type TypeOf,
} from '../shape';

/** The journal as a whole, as paragraphs for the reference. */
export const JOURNAL_NOTES: readonly string[] = [
  'The engine writes what a build does to `logs/run-STAMP-NUMBER.jsonl`, one JSON object per line, for programs to read. NUMBER counts the runs of the area and orders them; STAMP is the local time of the start.',
  'A record is written before its effect is announced on the console. The file is flushed at every record that is not `output`. A run whose last record is not `exit` and whose lock owner has ended was interrupted. Reading from a byte offset that followed a line gives every later line once, in order.',
  'The first field of every record is `kind`. Readers MUST ignore unknown kinds, unknown fields, and lines that are not a whole record: a crash or a power loss may leave a torn line.',
];

/** The form of the journal, in the `hello` record. */
export const PROTOCOL_VERSION = 1;

/** What the app calls itself as the starter of a build (SLIPWAY_CLIENT). */
export const APP_CLIENT = 'Slipway';

const runOutcome = oneOf('done', 'paused', 'failed', 'cancelled');

/** How a run ended. `paused` and `done` exit 0; `failed` 1; `cancelled` 128 + signal. */
export type RunOutcome = TypeOf<typeof runOutcome>;

const plannedStep = object(
  'PlannedStep',
  'One step as planned; `kept` steps are not run because the build resumes after them.',
  { index: number, name: text, message: text, kept: flag },
);

/** One step as planned; `kept` steps are not run because the build resumes after them. */
export type PlannedStep = TypeOf<typeof plannedStep>;

const runStep = object('RunStep', 'The result of one step in one run.', {
  step: text,
  index: number,
  outcome: oneOf('running', 'done', 'failed', 'cancelled', 'interrupted'),
  startedAt: described(number, 'Seconds since the epoch.'),
  seconds: optional(number, 'Missing while it runs, and when its end was not recorded.'),
  exit: optional(number),
  signal: optional(text),
});

/** The result of one step in one run. */
export type RunStep = TypeOf<typeof runStep>;

/** The shapes that fields of records name, in the order of the reference. */
export const RECORD_SHAPES = [plannedStep, manifestRead, runStep, stepExecution, stepInput] as const;

const record = object;

/** Each kind of record, in the order of a run. `kind` and `at` are in each and are left out here. */
export const RECORDS = {
  hello: record('hello', 'The first record: the engine, and the version of the journal format.', {
    protocol: number,
    engine: text,
    run: text,
    pid: number,
    host: text,
    client: text,
    lock: optional(text, 'Id of the lock that the run holds; missing in journals of version 1.'),
    ssh: optional(flag, 'Whether the build was started through SSH.'),
    node: optional(text, 'The version of Node.'),
    kernel: optional(text, 'The release of the kernel.'),
  }),
  plan: record('plan', 'The plan of the run: the steps, which of them are kept, and where it resumes and pauses.', {
    manifest: text,
    distribution: text,
    area: text,
    backend: nullable(text),
    containment: optional(
      text,
      'How the processes of a step are kept together: `namespaces`, `reaper` or `session`. Missing in journals of version 1.',
    ),
    steps: listOf(plannedStep),
    resume: nullable(text),
    pause: nullable(text),
    line: text,
    parent: described(
      nullable(text),
      'Where this line of checkpoints left another one (lines are clones; `null` for the first).',
    ),
    variant: optional(text, 'The variant that is built; missing for the manifest itself.'),
  }),
  'rolled-back': record('rolled-back', 'The build data is as it was before `step`; `null`: empty.', {
    step: nullable(text),
    snapshot: text,
    seconds: number,
  }),
  'stale-checkpoint': record(
    'stale-checkpoint',
    'The build resumes from a checkpoint that is stale or of unknown freshness.',
    {
      step: described(text, 'The step after the checkpoint.'),
      freshness: oneOf('stale', 'unknown'),
      reasons: listOf(text),
      resumeFrom: described(nullable(text), 'The recommended step to resume from; `null`: build from the beginning.'),
    },
  ),
  'checkpoint-taken': record('checkpoint-taken', 'The checkpoint before `step` exists.', {
    step: text,
    snapshot: text,
    line: text,
    parent: nullable(text),
    seconds: number,
  }),
  'step-started': record('step-started', "A step's process has started.", {
    step: text,
    index: number,
    pid: number,
    argv: listOf(text),
  }),
  output: record('output', 'A line of output: of the step, or of the engine itself.', {
    step: nullable(text),
    stream: oneOf('stdout', 'stderr', 'engine'),
    text,
    continued: optional(
      flag,
      'The line continues in the next record of its stream, because it is longer than 64 KiB or has not ended yet.',
    ),
  }),
  'manifest-read': record(
    'manifest-read',
    'A step has read a value of the manifest; only a hash of the answer is recorded.',
    { step: text, ...manifestRead.fields },
  ),
  'step-finished': record(
    'step-finished',
    'A step has ended: by itself, by a failure, or because the build was stopped.',
    {
      step: text,
      outcome: oneOf('done', 'failed', 'cancelled'),
      exit: nullable(number),
      signal: nullable(text),
      seconds: optional(number, 'Missing for a step of the original engine whose beginning or end is not in its log.'),
      execution: optional(stepExecution, 'The inputs of the step, for comparison with other runs.'),
    },
  ),
  'pause-requested': record('pause-requested', 'The user has moved the pause of the running build; `null`: no pause.', {
    step: nullable(text),
  }),
  paused: record('paused', 'The build has paused before `step`, as requested.', { step: text }),
  cancelled: record('cancelled', 'A signal has stopped the build; `step` was running.', {
    signal: text,
    step: nullable(text),
  }),
  exit: record(
    'exit',
    'The last record. It repeats the results of the run, so that a reader of many runs reads only the two ends of each journal.',
    {
      code: number,
      outcome: runOutcome,
      seconds: number,
      steps: optional(listOf(runStep)),
      checkpoints: optional(listOf(text)),
      pause: optional(nullable(text), 'The step before which the build was to pause when it ended.'),
      pausedBefore: optional(text, 'The step before which it paused.'),
      cancelledBy: optional(text, 'The signal that cancelled it.'),
    },
  ),
} as const;

type Records = typeof RECORDS;

export type EngineRecordKind = keyof Records;

/** One line of the journal. `at` is seconds since the epoch with milliseconds. */
export type EngineRecord = {
  [K in EngineRecordKind]: { readonly kind: K; readonly at: number } & ObjectOf<Records[K]['fields']>;
}[EngineRecordKind];

/** A record before the journal adds the time. */
export type EngineRecordBody<K extends EngineRecordKind> = ObjectOf<Records[K]['fields']>;

/**
 * The record in a line of a journal, or `undefined` when the line is not a whole record of a known kind: torn by a crash, zeros of
 * a power loss, or with a field of another type than its schema has.
 */
export function parseRecord(line: string): EngineRecord | undefined {
  const kind = kindOfLine(line);
  if (kind === undefined || !Object.hasOwn(RECORDS, kind) || !line.endsWith('}')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined; // torn by a crash
  }
  return isRecord(value, RECORDS[kind as EngineRecordKind]) ? value : undefined;
}

function isRecord(value: unknown, schema: Records[EngineRecordKind]): value is EngineRecord {
  return schema.accepts(value) && number.accepts((value as { at?: unknown }).at);
}
