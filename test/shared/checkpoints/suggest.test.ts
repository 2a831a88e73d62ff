import { expect, it } from 'vitest';
import type { CheckpointFreshness } from '../../../src-shared/checkpoints/staleness';
import { suggestedStart } from '../../../src-shared/checkpoints/suggest';

const steps = (...freshness: CheckpointFreshness[]) =>
  freshness.map((one, at) => ({ step: `s${at}`, resumable: true, freshness: one }));
const CURRENT = { kind: 'current' } as const;
const UNKNOWN = { kind: 'unknown', reason: 'r' } as const;
const STALE = { kind: 'stale', step: 's1', reasons: ['r'] } as const;

it('The latest checkpoint is recommended while nothing is known to be stale.', () => {
  expect(suggestedStart(steps(CURRENT, CURRENT, UNKNOWN))).toBe('s2');
});

it('Where something is stale, the latest current checkpoint is recommended, and an unknown one is not.', () => {
  expect(suggestedStart(steps(CURRENT, CURRENT, STALE))).toBe('s1');
  expect(suggestedStart(steps(UNKNOWN, UNKNOWN, STALE))).toBe(null);
});

it('A checkpoint of which nothing is recorded is not recommended.', () => {
  const unrecorded = { ...UNKNOWN, isUnrecorded: true } as const;
  expect(suggestedStart(steps(UNKNOWN, unrecorded, unrecorded))).toBe('s0');
  expect(suggestedStart(steps(unrecorded, unrecorded))).toBe(null);
});
