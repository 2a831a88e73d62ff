import { expect, it } from 'vitest';
import { followItems } from '../../../src-renderer/state/follow-items';

it.each([
  ['Undo of a move', [1, 2], ['a', 'x', 'y', 'b'], ['x', 'y', 'a', 'b'], [0, 1]],
  ['an item added before', [0], ['a', 'b'], ['new', 'a', 'b'], [1]],
  ['a removed item', [0, 1], ['a', 'b', 'c'], ['b', 'c'], [0]],
  ['a renamed item', [1], ['a', 'b', 'c'], ['a', 'renamed', 'c'], [1]],
  ['a second item of the same name', [2], ['a', 'b', 'a'], ['b', 'a', 'a'], [2]],
  ['an empty selection', [], ['a'], ['b'], []],
] as const)('A selection follows its items: %s.', (_, selected, before, after, expected) => {
  expect(followItems(selected, before, after)).toEqual(expected);
});
