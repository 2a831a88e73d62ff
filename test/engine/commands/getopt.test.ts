import { expect, it } from 'vitest';
import { getopt } from '../../../src-engine/commands/getopt';

const spec = 'r:p:hRld?';
const parse = (...args: string[]): unknown => {
  const parsed = getopt(args, spec);
  return parsed && [parsed.options.map(({ letter, value }) => letter + (value ?? '')), parsed.operands];
};

it('Options can be bundled and have attached values, and the first operand ends them.', () => {
  expect(parse('-dl', 'm.xml')).toEqual([['d', 'l'], ['m.xml']]);
  expect(parse('-rim-pop', '-p', 'iso', 'm.xml', '-l')).toEqual([
    ['rim-pop', 'piso'],
    ['m.xml', '-l'],
  ]);
  expect(parse('-r', '-d', 'im-pop', 'm.xml')).toEqual([['r-d'], ['im-pop', 'm.xml']]);
  expect(parse('-l', '--', '-m.xml')).toEqual([['l'], ['-m.xml']]);
  expect(parse('-?', 'm.xml')).toEqual([['?'], ['m.xml']]);
});

it('Unknown options are refused.', () => {
  expect(parse('-x', 'm.xml')).toBeUndefined();
  expect(parse('--help', 'm.xml')).toBeUndefined();
  expect(parse('-p')).toBeUndefined();
});
