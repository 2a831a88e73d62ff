import { expect, it } from 'vitest';
import { columnText, laneText } from '../../../../../src-renderer/screens/build/timeline/labels';
import { timelineOf } from '../../../../../src-shared/timeline/timeline';
import { newRun } from '../../../../../src-shared/runs/run-view';

it('Controls of the terminal and of the writing direction in names of steps are shown escaped.', () => {
  const step = {
    ...{ index: 0, step: 'a\u202eb\u001b', message: 'Step\u2066 a', resumable: false, refusalLines: [] },
    ...{ snapshot: null, freshness: null, run: null, expectedSeconds: null },
  };
  const run = {
    ...newRun('run-2026-01-02-03-04-05-000001'),
    state: 'failed',
    steps: [{ step: step.step, index: 0, outcome: 'failed', startedAt: 0 }],
  } as const;
  const { columns, lanes } = timelineOf({ steps: [step], at: 0 }, [run]);
  const texts = [...columns.map(columnText), ...lanes.map((lane) => laneText(lane))];
  expect(texts).toEqual([
    expect.stringContaining('a\\u202eb\\x1b, Step\\u2066 a'),
    expect.stringContaining('a\\u202eb\\x1b'),
  ]);
});
