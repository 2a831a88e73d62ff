import { expect, it } from 'vitest';
import { ConsoleTail, MAX_LINES } from '../../../../../src-renderer/screens/build/outputs/console-tail';

it('A console grows within its lines and by new ones, without sequences for terminals.', () => {
  const tail = new ConsoleTail();
  tail.push('\x1b[1mhel');
  tail.push('lo\x1b[');
  expect(tail.push('0m\r\nx login: ')).toBe('hello\nx login: ');
});

it('A console keeps its last lines, and cuts a line that never ends.', () => {
  const tail = new ConsoleTail();
  tail.push(Array.from({ length: 5000 }, (_, at) => `line ${at}\r\n`).join(''));
  const lines = tail.push('x'.repeat(100_000)).split('\n');
  expect([lines.length, lines[0], lines.at(-2), lines.at(-1)?.length]).toEqual([
    MAX_LINES,
    `line ${5000 - MAX_LINES + 1}`,
    'line 4999',
    2000,
  ]);
});
