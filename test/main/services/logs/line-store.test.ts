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

it('Of a long line, the first and the last 8192 columns are kept, and the search finds both.', () => {
  const store = new LineStore();
  const cut = (text: string): string => {
    store.add(1, 'stdout', 'a', text);
    return store.read({}, store.count - 1, 1)[0]?.text ?? '';
  };
  expect(cut('x'.repeat(16_384))).toBe('x'.repeat(16_384));
  const half = 'x'.repeat(8192);
  expect(cut(`${half}y${half}`)).toBe(`${half} … (cut) … ${half}`);
  expect(cut(`${'é'.repeat(99_999)}😀`)).toBe(`${'é'.repeat(8192)} … (cut) … ${'é'.repeat(8190)}😀`);
  const [head = '', tail = ''] = cut(`\x1b[31m${half}\x1b[0m${'y'.repeat(1_000_000)} fatal: disk full`).split(
    ' … (cut) … ',
  );
  expect(head.endsWith(`x${'\x1b'}[m`)).toBe(true);
  expect(tail.endsWith('y fatal: disk full')).toBe(true);
  expect(find(store, /fatal: disk full/g)).toEqual([3]);
});
