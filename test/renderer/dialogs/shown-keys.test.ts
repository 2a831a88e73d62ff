import { expect, it } from 'vitest';
import { shownKeys } from '../../../src-renderer/dialogs/shown-keys';

it.each([
  ['Mod+N', 'app', 'Ctrl+N'],
  ['Mod+N', 'browser', undefined],
  ['Mod+N', 'app on a Mac', 'Command+N'],
  ['Mod+N', 'browser on a Mac', undefined],
  ['Mod+Shift+Z', 'browser', 'Ctrl+Shift+Z'],
  ['Mod+Shift+Z', 'browser on a Mac', 'Command+Shift+Z'],
  ['F1', 'browser', 'F1'],
])('The keys %s are shown in the %s as %s.', (keys, where, shown) => {
  const keyboard = { isBrowser: where.startsWith('browser'), isMac: where.endsWith('Mac') };
  expect(shownKeys(keys, keyboard)).toBe(shown);
});
