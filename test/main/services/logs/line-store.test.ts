import { expect, it } from 'vitest';
import { LineStore } from '../../../../src-main/services/logs/line-store';

/** The numbers of the lines that contain a text. */
const find = (store: LineStore, pattern: RegExp): number[] => [...store.search({}, pattern)].flat();

it('A text with line breaks is one line, and the lines behind it keep their numbers.', () => {
  const store = new LineStore();
  store.add(1, 'engine', null, 'first\nsecond\n');
  store.add(2, 'stdout', 'a', 'needle');
  expect(store.count).toBe(2);
  expect(store.read({}, 0, 9).map(({ text }) => text)).toEqual(['first second ', 'needle']);
  expect(find(store, /needle/gi)).toEqual([1]);
});

it('A line is cut behind 16 KiB, never within a character.', () => {
  const store = new LineStore();
  const cut = (text: string): string => {
    store.add(1, 'stdout', 'a', text);
    return store.read({}, store.count - 1, 1)[0]?.text ?? '';
  };
  expect(cut('x'.repeat(16_384))).toBe('x'.repeat(16_384));
  expect(cut('x'.repeat(16_385))).toBe(`${'x'.repeat(16_384)} … (cut)`);
  expect(cut('é'.repeat(16_384))).toBe(`${'é'.repeat(8192)} … (cut)`);
  expect(cut(`${'x'.repeat(16_382)}😀`)).toBe(`${'x'.repeat(16_382)} … (cut)`);
});
