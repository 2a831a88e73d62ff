import { expect, it } from 'vitest';
// @ts-expect-error -- plain Node, part of the build
import { fitForComment } from '../../../tools/bundle/comment.mjs';

const fit = fitForComment as (program: string) => string;

it('The end of a comment is removed from a program, which does the same as before.', () => {
  const programs = [
    String.raw`"a*/b" + 'c*/' + ${'`d*/${1}e*/`'}`,
    String.raw`"x/y**/".replace(/[^/]*/, "") + "aab".replace(/a*/g, "-") + "*/".replace(/[*/]+/u, "!")`,
    String.raw`/\*\//.test("*/") + String(/x*/y.sticky) + "a" .split(/ */ ).length`,
  ];
  for (const program of programs) {
    const fitted = fit(program);
    expect(fitted).not.toContain('*/');
    expect((0, eval)(fitted)).toBe((0, eval)(program));
  }
});

it('A program with a comment in it is refused.', () => {
  expect(() => fit('1 /* one */ + 1')).toThrow('a place that is not known');
});
