import type { AreaStep, AreaView } from '../rpc/builds';
import type { RunStep } from '../journal/records';
import { duration } from '../format';
import type { RunView } from '../runs/run-view';

/** How a checkpoint is drawn. `running`: the build stands between it and the next one. */
export type CheckpointState = 'current' | 'stale' | 'unknown' | 'absent' | 'running' | 'paused';

/** A step of the timeline, and the checkpoint on the boundary before it. */
export interface Column extends AreaStep {
  readonly state: CheckpointState;
  /** Whether the running build is to pause before this step. */
  readonly isPause: boolean;
}

/** What one run did with one step. */
export interface Cell {
  /** The step's column. */
  readonly column: number;
  readonly kind: 'done' | 'failed' | 'running' | 'paused' | 'cancelled' | 'interrupted';
  readonly step: string;
  /** Short words: how long it took, or how it ended. */
  readonly words: string;
  /** For a running step: when it began, in seconds since the epoch. */
  readonly startedAt?: number;
}

/** A run as one row of the timeline. */
export interface Lane {
  readonly run: RunView;
  /** From 1 in the order in which they ran. */
  readonly number: number;
  readonly cells: readonly Cell[];
  /** The column at which it rolled back and joined what an earlier run had left; `undefined` for a build from the beginning. */
  readonly joined: number | undefined;
  /** Steps that it ran and the manifest no longer has. */
  readonly gone: readonly string[];
}

/** What the timeline shows. */
export interface Timeline {
  readonly columns: readonly Column[];
  /** Newest first. */
  readonly lanes: readonly Lane[];
}

/**
 * Puts an area and its runs together.
 *
 * The area is asked for now and then, a running build tells of itself at once: so what it has taken is there, and what its
 * rollback has discarded is gone, before the area says so.
 */
export function timelineOf(area: AreaView, runs: readonly RunView[]): Timeline {
  const columnOf = new Map(area.steps.map(({ step, index }) => [step, index]));
  const names = [...columnOf.keys()].join(' ');
  const last = runs.at(-1);
  const isNewer = last?.state === 'running' || (last?.endedAt !== undefined && last.endedAt > area.at);
  return {
    columns: area.steps.map((step) => columnFor(step, last, isNewer ? last : undefined)),
    lanes: runs.map((run, at) => keptLane(run, at + 1, columnOf, names)).reverse(),
  };
}

/** Runs that ended do not change: their lanes are made once for a list of steps. */
const lanes = new WeakMap<RunView, { readonly steps: string; readonly lane: Lane }>();

function keptLane(run: RunView, number: number, columnOf: ReadonlyMap<string, number>, steps: string): Lane {
  const kept = lanes.get(run);
  if (kept?.steps === steps && kept.lane.number === number) return kept.lane;
  const lane = laneFor(run, number, columnOf);
  lanes.set(run, { steps, lane });
  return lane;
}

/** @param newer the last run, while the area does not know all of it */
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
    cells.push({ column: paused, kind: 'paused', step: run.pausedBefore ?? '', words: 'paused' });
  return { run, number, cells, gone, joined: run.resume === null ? undefined : columnOf.get(run.resume) };
}

function cellFor({ step, outcome, seconds, exit, signal, startedAt }: RunStep, column: number): Cell {
  const words = {
    done: duration(seconds),
    failed: exit !== undefined ? `exit ${exit}` : (signal ?? 'not started'),
    running: 'running',
    cancelled: 'cancelled',
    interrupted: 'interrupted',
  }[outcome];
  return { column, kind: outcome, step, words, ...(outcome === 'running' && { startedAt }) };
}

/** What a running build is expected to take still, in seconds, from this host's history; `undefined` when a step is new. */
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

/** How far a running build is, from 0 to 1, by the time its steps are expected to take; by their number where that is not known. */
export function progress(area: AreaView, live: RunView, now: number): number {
  const left = forecast(area, live, now);
  const planned = live.planned.filter(({ kept }) => !kept).length;
  if (left === undefined || live.startedAt === undefined)
    return planned === 0 ? 0 : live.steps.filter(({ outcome }) => outcome !== 'running').length / planned;
  const gone = now - live.startedAt;
  return gone + left === 0 ? 0 : gone / (gone + left);
}
