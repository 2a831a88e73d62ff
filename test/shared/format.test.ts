import { expect, it } from 'vitest';
import { dateTime, dateTimeWithSeconds, day, grouped, recentTime } from '../../src-shared/format';

const at = new Date(2026, 1, 3, 4, 5, 6);

it('Dates and times are local and have one form.', () => {
  expect([dateTimeWithSeconds(at), dateTime(at), day(at)]).toEqual([
    '2026-02-03 04:05:06',
    '2026-02-03 04:05',
    '2026-02-03',
  ]);
});

it('The date of today is left out.', () => {
  expect(recentTime(at)).toBe('2026-02-03 04:05');
  const noon = new Date();
  noon.setHours(12, 0, 0, 0);
  expect(recentTime(noon)).toBe('12:00');
});

it('The thousands of numbers are separated.', () => {
  expect([0, 999, 1000, 63681, 1234567].map(grouped)).toEqual(['0', '999', '1,000', '63,681', '1,234,567']);
});
