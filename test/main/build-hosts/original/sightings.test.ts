import { expect, it } from 'vitest';
import { Sightings } from '../../../../src-main/build-hosts/original/sightings';

it('Each byte of a growing file keeps the time at which it was seen.', () => {
  const seen = new Sightings();
  // The time at which the bytes of the first reading were written is unknown, even when it took several reads.
  expect([seen.add(0, undefined), seen.add(10, undefined)]).toEqual([undefined, undefined]);
  expect(seen.add(20, 5)).toBe(5);
  // Times that are close to each other count as one.
  expect(seen.add(30, 5.05)).toBe(5);
  expect(seen.add(40, 6)).toBe(6);
  expect([0, 19, 20, 39, 40, 1000].map((offset) => seen.at(offset))).toEqual([undefined, undefined, 5, 5, 6, 6]);
});
