import { expect, it } from 'vitest';
import { restsOn } from '../../../src-shared/provenance/origin';

const ran = (step: string, run: string, finishedAt: number) => ({ step, run, finishedAt });

it('An image whose steps all ran in one run rests on no checkpoint.', () => {
  expect(restsOn([])).toEqual([]);
  expect(restsOn([ran('a', 'run-1', 10), ran('b', 'run-1', 20)])).toEqual([]);
});

it('An image rests on the checkpoint before each step that another run than that of the step before it has run.', () => {
  const history = [ran('a', 'run-1', 10), ran('b', 'run-2', 20), ran('c', 'run-2', 30), ran('d', 'run-5', 40)];
  expect(restsOn(history)).toEqual([
    { step: 'b', run: 'run-1', at: 10 },
    { step: 'd', run: 'run-2', at: 30 },
  ]);
});
