import { expect, it } from 'vitest';
import { costFrom } from '../../../../src-renderer/screens/build/build-cost';

const columns = (...seconds: (number | null)[]) =>
  seconds.map((expectedSeconds, at) => ({ step: `s${at}`, expectedSeconds }));

it('The cost of a build has its steps, and their time when all of them have been done before.', () => {
  expect(costFrom(columns(10, 20, 30), null)).toBe('3 steps, about 1 min');
  expect(costFrom(columns(10, 20, 30), 's2')).toBe('1 step, about 30 s');
  expect(costFrom(columns(10, null, 30), 's1')).toBe('2 steps');
  expect(costFrom(columns(10, null, 30), 's2')).toBe('1 step, about 30 s');
});
