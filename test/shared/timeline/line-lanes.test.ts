import { describe, expect, it } from 'vitest';
import type { Line } from '../../../src-shared/rpc/builds';
import { newRun, type RunView } from '../../../src-shared/runs/run-view';
import { lineLanesOf, type LineLane } from '../../../src-shared/timeline/line-lanes';

const STEPS = ['a', 'b', 'c', 'd'];
const columns = STEPS.map((step, index) => ({ step, index }));

/** A line with the given checkpoints, each as step and time: `a1 b2`. */
function line(id: string, checkpoints: string, parent: Line['parent'] = null, more: Partial<Line> = {}): Line {
  return {
    id,
    name: id,
    description: '',
    pinned: false,
    active: false,
    parent,
    usedAt: 0,
    outputs: 0,
    bytes: 1,
    checkpoints: checkpoints
      .split(' ')
      .filter((one) => one !== '')
      .map((one) => ({ step: one.slice(0, 1), takenAt: Number(one.slice(1)), key: one })),
    ...more,
  };
}

function run(id: string, resume: string | null, steps: string, lineId: string): RunView {
  return {
    ...newRun(id),
    state: 'done',
    line: lineId,
    resume,
    isUnderWay: true,
    steps: [...steps].map((step) => ({ step, index: STEPS.indexOf(step), outcome: 'done', startedAt: 0, seconds: 1 })),
  };
}

const picture = (lanes: readonly LineLane[]) =>
  lanes.map(({ line: { id }, marks, leaves }) =>
    [id, leaves ? `${leaves.row}@${STEPS[leaves.column]}` : '-', marks.map(({ step }) => step).join('')].join(' '),
  );

describe('lanes of lines', () => {
  it('leave the line of the build data where the common beginning ends, the latest leaving one nearest', () => {
    const lines = [
      line('line-4', 'a1 b2 c3 d9', { line: 'main', step: 'c' }, { active: true }),
      line('line-2', 'a1 b5', { line: 'main', step: 'a' }),
      line('main', 'a1 b2 c3 d4'),
    ];
    expect(picture(lineLanesOf(lines, columns, []))).toEqual(['line-4 - ', 'main 0@c d', 'line-2 0@a b']);
  });

  it('leave another parked line where they share more with it', () => {
    const lines = [
      line('main', 'a1 b2', null, { active: true }),
      line('line-2', 'a1 b2 c5 d6', { line: 'main', step: 'b' }),
      line('line-3', 'a1 b2 c5 d8', { line: 'line-2', step: 'c' }),
      line('line-4', 'a7 b8', { line: 'main', step: null }),
    ];
    expect(picture(lineLanesOf(lines, columns, []))).toEqual([
      'main - ',
      'line-2 0@b cd',
      'line-3 1@c d',
      'line-4 - ab',
    ]);
  });

  it('do not share checkpoints of one time after the step of the fork', () => {
    const lines = [line('line-2', 'a1 b1 c1', { line: 'main', step: 'a' }, { active: true }), line('main', 'a1 b1 c1')];
    expect(picture(lineLanesOf(lines, columns, []))).toEqual(['line-2 - ', 'main 0@a bc']);
  });

  it('have the newest results of their own runs; the line of the build data also what it has kept', () => {
    const lines = [line('line-2', 'a1 b2 c7', { line: 'main', step: 'b' }, { active: true }), line('main', 'a1 b2 c3')];
    const runs = [
      run('run-1', null, 'abcd', 'main'),
      run('run-2', 'c', 'cd', 'main'),
      run('run-3', 'b', 'bc', 'line-2'),
    ];
    const [active, parked] = lineLanesOf(lines, columns, runs);
    const cells = (lane: LineLane | undefined) => lane?.cells.map(({ step, kind }) => `${step} ${kind}`);
    expect(cells(active)).toEqual(['a kept', 'b done', 'c done']);
    expect(cells(parked)).toEqual(['b done', 'c done', 'd done']);
    expect([active?.run?.run, parked?.run?.run, active?.number, parked?.number]).toEqual(['run-3', 'run-2', 2, 1]);
  });

  it('leave out steps that the manifest no longer has', () => {
    const lines = [line('main', 'a1', null, { active: true }), line('line-2', 'a1 b2 z3', { line: 'main', step: 'a' })];
    const lanes = lineLanesOf(lines, columns, [run('run-1', 'b', 'bz', 'line-2')]);
    expect(lanes[1]?.marks.map(({ step }) => step)).toEqual(['b']);
    expect(lanes[1]?.cells.map(({ step }) => step)).toEqual(['b']);
  });
});
