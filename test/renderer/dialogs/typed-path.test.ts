import { expect, it } from 'vitest';
import { entriesFor, meantBy, splitTyped } from '../../../src-renderer/dialogs/typed-path';

const ENTRIES = [
  { name: 'images', path: '/srv/images', kind: 'folder' },
  { name: 'Images.old', path: '/srv/Images.old', kind: 'folder' },
  { name: 'live.xml', path: '/srv/live.xml', kind: 'manifest' },
] as const;

it.each([
  ['/srv/im', '/srv', 'im'],
  ['/srv/', '/srv', ''],
  ['/sr', '/', 'sr'],
  ['relative', '', 'relative'],
  ['', '', ''],
])('%j is in a folder and begins a name', (typed, folder, start) => {
  expect(splitTyped(typed)).toEqual({ folder, start });
});

it('Entries are those whose names begin with what is typed.', () => {
  expect(entriesFor(ENTRIES, 'IM').map(({ name }) => name)).toEqual(['images', 'Images.old']);
  expect(entriesFor(ENTRIES, '')).toHaveLength(3);
});

it.each([
  ['/srv/images', 'images'],
  ['/srv/images/', 'images'],
  ['/srv/l', 'live.xml'],
  ['/srv/im', undefined],
  ['/srv/', undefined],
  ['/elsewhere/live.xml', undefined],
])('Enter after %j means %j', (typed, name) => {
  expect(meantBy(typed, ENTRIES)?.name).toBe(name);
});
