import { expect, it } from 'vitest';
import { textDiff } from '../../../src-shared/provenance/text-diff';

const lines = (count: number): string[] => Array.from({ length: count }, (_, at) => `line ${at + 1}`);

it('Equal texts have no differing lines, and changed lines have their neighbours.', () => {
  expect(textDiff('a\nb', 'a\nb')).toEqual([]);
  const now = lines(20).map((line) => (line === 'line 10' ? 'other' : line));
  expect(textDiff(lines(20).join('\n'), now.join('\n'))).toEqual([
    ' line 7',
    ' line 8',
    ' line 9',
    '-line 10',
    '+other',
    ' line 11',
    ' line 12',
    ' line 13',
  ]);
});

it('Differences that are far apart have a gap between them, also where lines were added and removed.', () => {
  const now = ['new', ...lines(20).filter((line) => line !== 'line 18')];
  expect(textDiff(lines(20).join('\n'), now.join('\n'))).toEqual([
    '+new',
    ' line 1',
    ' line 2',
    ' line 3',
    '...',
    ' line 15',
    ' line 16',
    ' line 17',
    '-line 18',
    ' line 19',
    ' line 20',
  ]);
});

it('Long results, long lines and very different texts are bounded.', () => {
  const many = (word: string): string => Array.from({ length: 5000 }, (_, at) => `${word} ${at}`).join('\n');
  const diff = textDiff(many('old'), many('new'), 10);
  expect(diff).toHaveLength(10);
  expect(diff.at(-1)).toBe('... 9991 more lines');
  expect(textDiff('x'.repeat(1000), 'y')[0]).toHaveLength(304);
});
