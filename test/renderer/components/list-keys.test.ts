import { expect, it } from 'vitest';
import { listAction } from '../../../src-renderer/components/list-keys';

const LIST = { current: 4, moving: [3, 4], count: 10, fixed: 1, pageRows: 3, canMove: true };
const press = (key: string, modifiers: { altKey?: boolean; ctrlKey?: boolean } = {}, list = LIST) =>
  listAction({ key, altKey: false, ctrlKey: false, metaKey: false, ...modifiers }, list);

it('Keys go to rows, and with Alt they move the selected ones.', () => {
  expect(press('ArrowUp')).toEqual({ kind: 'go', to: 3 });
  expect(press('PageDown')).toEqual({ kind: 'go', to: 7 });
  expect(press('End')).toEqual({ kind: 'go', to: 9 });
  expect(press('ArrowUp', { altKey: true })).toEqual({ kind: 'move', to: 2 });
  expect(press('ArrowDown', { altKey: true })).toEqual({ kind: 'move', to: 6 });
  expect(press('Home', { altKey: true })).toEqual({ kind: 'move', to: 1 });
});

it('A list whose rows cannot be moved ignores Alt.', () => {
  expect(press('ArrowUp', { altKey: true }, { ...LIST, canMove: false })).toEqual({ kind: 'go', to: 3 });
});

it('Letters are left to the screen, except the one that selects all.', () => {
  expect(press('a')).toBeUndefined();
  expect(press('a', { ctrlKey: true })).toEqual({ kind: 'select-all' });
  expect(press('x')).toBeUndefined();
  expect(press('Backspace')).toEqual({ kind: 'remove' });
});
