import { lineNumber } from '../line-id';
import type { Line } from '../rpc/builds';
import type { RunView } from '../runs/run-view';
import { placeLines } from './line-tree';
import { cellFor, type Cell, type Column } from './timeline';

/** A checkpoint of a line in the picture. */
export interface LineMark {
  /** The column of the step after it. */
  readonly column: number;
  readonly step: string;
  readonly takenAt: number;
}

/** A step in the lane of a line. */
export interface LineCell extends Omit<Cell, 'kind'> {
  /** `kept`: its result is from before the newest runs of the line. */
  readonly kind: Cell['kind'] | 'kept';
}

/** A line as one row of the timeline. */
export interface LineLane {
  readonly line: Line;
  /** From 1. A line keeps its number. */
  readonly number: number;
  /** The newest results of the steps that it does not share with the lane it leaves. */
  readonly cells: readonly LineCell[];
  /** The checkpoints that it does not share with that lane; empty for the line of the build data, whose marks are those of the columns. */
  readonly marks: readonly LineMark[];
  /** Where it leaves another lane; missing where it shares nothing. */
  readonly leaves?: { readonly row: number; readonly column: number };
  /** The newest run that built it. */
  readonly run?: RunView;
}

/** The lines as rows. The first one is that of the build data. Runs are oldest first. */
export function lineLanesOf(
  lines: readonly Line[],
  columns: readonly Pick<Column, 'step' | 'index'>[],
  runs: readonly RunView[],
): LineLane[] {
  const columnOf = new Map(columns.map(({ step, index }) => [step, index]));
  return placeLines(lines).map(({ line, leaves, own }) => {
    const at = leaves && columnOf.get(leaves.step);
    const built = runs.filter((run) => run.line === line.id);
    const run = built.at(-1);
    const marks = line.active ? [] : own.flatMap(({ step, takenAt }) => markAt(columnOf.get(step), step, takenAt));
    const cells = cellsOf(built, columnOf);
    return {
      line,
      number: lineNumber(line.id),
      cells: line.active ? withKept(cells, line) : cells.filter(({ column }) => column >= (at ?? 0)),
      marks,
      ...(leaves && at !== undefined && { leaves: { row: leaves.row, column: at } }),
      ...(run && { run }),
    };
  });

  function withKept(cells: readonly Cell[], line: Line): LineCell[] {
    const first = cells[0]?.column ?? (line.parent ? columns.length : 0);
    const kept = columns.filter(
      ({ index, step }) => index < first && line.checkpoints.some((one) => one.step === step),
    );
    return [
      ...kept.map(({ index, step }): LineCell => ({ column: index, kind: 'kept', step, text: 'kept' })),
      ...cells,
    ];
  }
}

function markAt(column: number | undefined, step: string, takenAt: number): LineMark[] {
  return column === undefined ? [] : [{ column, step, takenAt }];
}

/** The newest result of each step. A run that resumes replaces all results from there on. */
function cellsOf(runs: readonly RunView[], columnOf: ReadonlyMap<string, number>): Cell[] {
  const cells = new Map<number, Cell>();
  for (const run of runs) {
    const from = run.resume === null ? 0 : (columnOf.get(run.resume) ?? 0);
    for (const column of [...cells.keys()]) if (column >= from && run.isUnderWay) cells.delete(column);
    for (const step of run.steps) {
      const column = columnOf.get(step.step);
      if (column !== undefined) cells.set(column, cellFor(step, column));
    }
    const paused = run.pausedBefore === undefined ? undefined : columnOf.get(run.pausedBefore);
    if (paused !== undefined)
      cells.set(paused, { column: paused, kind: 'paused', step: run.pausedBefore ?? '', text: 'paused' });
  }
  return [...cells.values()].sort((a, b) => a.column - b.column);
}
