import { describe, expect, it } from 'vitest';
import { costFrom, fateText } from '../../../../src-renderer/screens/build/build-cost';

const columns = (...seconds: (number | null)[]) =>
  seconds.map((expectedSeconds, at) => ({ step: `s${at}`, expectedSeconds }));

it('The cost of a build has its steps, and their time when all of them have been done before.', () => {
  expect(costFrom(columns(10, 20, 30), null)).toBe('3 steps, about 1 min');
  expect(costFrom(columns(10, 20, 30), 's2')).toBe('1 step, about 30 s');
  expect(costFrom(columns(10, null, 30), 's1')).toBe('2 steps');
  expect(costFrom(columns(10, null, 30), 's2')).toBe('1 step, about 30 s');
});

describe('what a build keeps and discards', () => {
  const taken = ['a', 'b', 'c', 'd'].map((step, at) => ({
    step,
    snapshot: at < 3 ? {} : null,
  }));
  const textOf = (step: string | null, line?: string, usedBytes?: number): string | undefined =>
    fateText({ columns: taken, step, line, usedBytes });

  it('names the later checkpoints and, where it is known, the space of all', () => {
    expect(textOf(null)).toBe('Keeps nothing, discards 2 checkpoints.');
    expect(textOf(null, undefined, 5 * 1024 ** 2)).toBe('Keeps nothing, discards 2 checkpoints (5.0 MiB).');
    expect(textOf('b', undefined, 5 * 1024 ** 2)).toBe('Keeps 1 step, discards 1 checkpoint.');
    expect(textOf('c')).toBe('Keeps 2 steps.');
  });

  it('names the line that keeps the present state', () => {
    expect(textOf(null, 'main')).toBe('Keeps nothing. The current state is parked as line “main”.');
  });

  it('is nothing without checkpoints', () => {
    expect(fateText({ columns: [{ step: 'a', snapshot: null }], step: null, line: undefined })).toBeUndefined();
  });
});
