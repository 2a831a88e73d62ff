import { expect, it } from 'vitest';
import { loadWidth, storeWidth, widthAfterKey } from '../../../src-renderer/components/pane-width';

it.each([
  ['ArrowLeft', 316],
  ['ArrowRight', 284],
  ['Home', 500],
  ['End', 240],
  ['Enter', undefined],
])('%s on the left edge of a panel makes it %s pixels wide', (key, width) => {
  expect(widthAfterKey(key, 300, { min: 240, max: 500 })).toBe(width);
});

it('A panel is not wider or narrower than its limits.', () => {
  expect(widthAfterKey('ArrowLeft', 495, { min: 240, max: 500 })).toBe(500);
  expect(widthAfterKey('ArrowRight', 245, { min: 240, max: 500 })).toBe(240);
});

it('Without storage no width is remembered, and nothing fails.', () => {
  storeWidth('accounts', 300);
  expect(loadWidth('accounts')).toBeUndefined();
});
