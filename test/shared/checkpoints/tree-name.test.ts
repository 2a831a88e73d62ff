import { expect, it } from 'vitest';
import { parseTree, treeName } from '../../../src-shared/checkpoints/tree-name';

it('The name of a tree is a step, a step of a line, or a line alone, and is the same after a round trip.', () => {
  const names = {
    c: [undefined, 'c'],
    'main@c': ['main', 'c'],
    'line-12@': ['line-12', ''],
    'a@b': [undefined, 'a@b'],
  };
  for (const [name, [line, step]] of Object.entries(names)) {
    expect(parseTree(name)).toEqual(line === undefined ? { step } : { line, step });
    expect(treeName(parseTree(name))).toBe(name);
  }
});
