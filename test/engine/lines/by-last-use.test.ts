import { expect, it } from 'vitest';
import { byLastUse } from '../../../src-engine/lines/by-last-use';

it('The line that was used last is first, and of two in one second the newer one.', () => {
  const lines = [
    { id: 'main', usedAt: 5 },
    { id: 'line-2', usedAt: 5 },
    { id: 'line-10', usedAt: 5 },
    { id: 'line-3', usedAt: 9 },
  ];
  expect(lines.sort(byLastUse).map(({ id }) => id)).toEqual(['line-3', 'line-10', 'line-2', 'main']);
});
