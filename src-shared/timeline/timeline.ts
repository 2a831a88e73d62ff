import type { AreaStep, AreaView } from '../rpc/builds';
import type { RunStep } from '../journal/records';
import { duration } from '../format';
import type { RunView } from '../runs/run-view';

/** State of a checkpoint's mark. `running`: the step after it is running. */
export type CheckpointState = 'current' | 'stale' | 'unknown' | 'absent' | 'running' | 'paused';

/** A step of the timeline, and the checkpoint on the boundary before it. */
export interface Column extends AreaStep {
  readonly state: CheckpointState;
  /** Whether the running build pauses before this step. */
  readonly isPause: boolean;
}

/** A step of a run. */
export interface Cell {
  /** The step's column. */
  readonly column: number;
  readonly kind: 'done' | 'failed' | 'running' | 'paused' | 'cancelled' | 'interrupted';
  readonly step: string;
  /** The duration, or the outcome. */
  readonly text: string;
  /** When a running step started, in seconds since the epoch. */
  readonly startedAt?: number;
}

/** A run as one row of the timeline. */
export interface Lane {
  readonly run: RunView;
  /** From 1 in the order in which they ran. */
  readonly number: number;
  readonly cells: readonly Cell[];
  /** The column of the checkpoint that it resumed from; `undefined` for a build from the beginning. */
  readonly joined: number | undefined;
  /** Steps of the run that the manifest no longer has. */
  readonly gone: readonly string[];
}

/** The content of the timeline. */
export interface Timeline {
  readonly columns: readonly Column[];
  /** Newest first. */
  readonly lanes: readonly Lane[];
}

/**
 * Combines an area and its runs.
 *
 * The area is polled; a running build reports through its journal. Where they differ the journal is newer.
 */
export function timelineOf(area: Pick<AreaView, 'steps' | 'at'>, runs: readonly RunView[]): Timeline {
  const columnOf = new Map(area.steps.map(({ step, index }) => [step, index]));
  const names = [...columnOf.keys()].join(' ');
  const last = runs.at(-1);
  const isNewer = last?.state === 'running' || (last?.endedAt !== undefined && last.endedAt > area.at);
  return {
    columns: area.steps.map((step) => columnFor(step, last, isNewer ? last : undefined)),
    lanes: runs.map((run, at) => cachedLane(run, at + 1, columnOf, names)).reverse(),
  };
}

/** Lanes of runs that have ended do not change, so they are cached for a list of steps. */
const lanes = new WeakMap<RunView, { readonly steps: string; readonly lane: Lane }>();

function cachedLane(run: RunView, number: number, columnOf: ReadonlyMap<string, number>, steps: string): Lane {
  const cached = lanes.get(run);
  if (cached?.steps === steps && cached.lane.number === number) return cached.lane;
  const lane = laneFor(run, number, columnOf);
  lanes.set(run, { steps, lane });
  return lane;
}

/** @param newer the last run while it is newer than the area */
function columnFor(step: AreaStep, last: RunView | undefined, newer: RunView | undefined): Column {
  const isPause = last?.state === 'running' && last.pause === step.step;
  const running = newer?.steps.at(-1);
  if (running?.outcome === 'running' && running.step === step.step) return { ...step, state: 'running', isPause };
  const state = newer?.isUnderWay ? newerState(step, newer) : restingState(step);
  if (state === 'current' && last?.state === 'paused' && last.pausedBefore === step.step)
    return { ...step, state: 'paused', isPause };
  return { ...step, state, isPause };
}

function restingState({ snapshot, freshness }: AreaStep): CheckpointState {
  return snapshot ? (freshness?.kind ?? 'unknown') : 'absent';
}

function newerState(step: AreaStep, run: RunView): CheckpointState {
  if (run.checkpoints.includes(step.step)) return 'current';
  const from = run.planned.find(({ name }) => name === run.resume)?.index ?? -1;
  return step.index <= from ? restingState(step) : 'absent';
}

function laneFor(run: RunView, number: number, columnOf: ReadonlyMap<string, number>): Lane {
  const cells: Cell[] = [];
  const gone: string[] = [];
  for (const step of run.steps) {
    const column = columnOf.get(step.step);
    if (column === undefined) gone.push(step.step);
    else cells.push(cellFor(step, column));
  }
  const paused = run.pausedBefore === undefined ? undefined : columnOf.get(run.pausedBefore);
  if (paused !== undefined)
    cells.push({ column: paused, kind: 'paused', step: run.pausedBefore ?? '', text: 'paused' });
  return { run, number, cells, gone, joined: run.resume === null ? undefined : columnOf.get(run.resume) };
}

/** A step of a run as a cell. */
export function cellFor({ step, outcome, seconds, exit, signal, startedAt }: RunStep, column: number): Cell {
  const text = {
    done: duration(seconds),
    failed: exit !== undefined ? `exit ${exit}` : (signal ?? 'not started'),
    running: 'running',
    cancelled: 'stopped',
    interrupted: 'interrupted',
  }[outcome];
  return { column, kind: outcome, step, text, ...(outcome === 'running' && { startedAt }) };
}

/** The expected remaining time of a running build in seconds, from this host's history; `undefined` when a step is new. */
export function forecast(area: AreaView, live: RunView, now: number): number | undefined {
  const begun = new Map(live.steps.map((step) => [step.step, step]));
  const pause = area.steps.find(({ step }) => step === live.pause)?.index ?? area.steps.length;
  const from = area.steps.find(({ step }) => step === live.resume)?.index ?? 0;
  let left = 0;
  for (const { step, index, expectedSeconds } of area.steps) {
    const done = begun.get(step);
    if (index < from || index >= pause || (done && done.outcome !== 'running')) continue;
    if (expectedSeconds === null) return undefined;
    left += Math.max(0, expectedSeconds - (done ? now - done.startedAt : 0));
  }
  return left;
}

/** The progress of a running build from 0 to 1, by expected times, or by the number of steps where these are unknown. */
export function progress(area: AreaView, live: RunView, now: number): number {
  const left = forecast(area, live, now);
  const planned = live.planned.filter(({ kept }) => !kept).length;
  if (left === undefined || live.startedAt === undefined)
    return planned === 0 ? 0 : live.steps.filter(({ outcome }) => outcome !== 'running').length / planned;
  const gone = now - live.startedAt;
  return gone + left === 0 ? 0 : gone / (gone + left);
}
