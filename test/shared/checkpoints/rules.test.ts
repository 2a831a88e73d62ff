import { describe, expect, it } from 'vitest';
import { checkpointName } from '../../../src-shared/checkpoints/model';
import { canCombine, canResumeFrom, latestResumable, resolveStep } from '../../../src-shared/checkpoints/rules';

const steps = ['a', 'b', 'c', '1'].map((name) => ({ name, message: `Step ${name}` }));
const taken = (...names: string[]): string[] => ['empty', ...names.map(checkpointName)];

describe('resolveStep', () => {
  it('prefers a name over a number and counts from zero', () => {
    expect(resolveStep(steps, 'b')).toEqual({ ok: true, index: 1 });
    expect(resolveStep(steps, '1')).toEqual({ ok: true, index: 3 });
    expect(resolveStep(steps, '0')).toEqual({ ok: true, index: 0 });
  });

  it.each(['B', '', '4', '-1', '1.0', ' b'])('refuses %j with the list of names', (word) => {
    const answer = resolveStep(steps, word);
    expect(answer.ok).toBe(false);
    expect(!answer.ok && answer.lines).toEqual([
      `An invalid step (${word}) was specified.`,
      'Valid step names are: ',
      'a',
      'b',
      'c',
      '1',
    ]);
  });
});

describe('latestResumable', () => {
  it('stops at the first step without a snapshot', () => {
    expect(latestResumable(steps, [])).toBeUndefined();
    expect(latestResumable(steps, taken('b'))).toBeUndefined();
    expect(latestResumable(steps, taken('a', 'b'))).toBe(1);
    expect(latestResumable(steps, taken('a', 'c', '1'))).toBe(0);
    expect(latestResumable(steps, taken('a', 'b', 'c', '1'))).toBe(3);
  });
});

describe('canResumeFrom', () => {
  it('allows the last step reached and every earlier one', () => {
    for (const index of [0, 1, 2]) expect(canResumeFrom(steps, taken('a', 'b', 'c'), index)).toEqual({ ok: true });
  });

  it('refuses a later step and lists those that are left', () => {
    const answer = canResumeFrom(steps, taken('a', 'b'), 2);
    expect(answer).toMatchObject({ ok: false, refusal: { kind: 'resume-too-late', latest: 1 } });
    expect(!answer.ok && answer.lines.slice(2)).toEqual([
      'a                   Step a    ',
      'b                   Step b    ',
    ]);
  });

  it('refuses when nothing was built', () => {
    expect(canResumeFrom(steps, ['empty'], 0)).toMatchObject({ ok: false, refusal: { kind: 'nothing-to-resume' } });
  });

  it('refuses when the steps have changed places since', () => {
    expect(canResumeFrom(steps, taken('b', 'a', 'c'), 1)).toMatchObject({
      ok: false,
      refusal: { kind: 'inconsistent' },
    });
  });

  it('is not disturbed by snapshots that belong to no step', () => {
    expect(canResumeFrom(steps, ['mine', 'empty', '.step_a', 'yours', '.step_b'], 1)).toEqual({ ok: true });
  });
});

describe('canCombine', () => {
  it('requires the pause strictly after the resume', () => {
    expect(canCombine({ resume: 1, pause: 2 }).ok).toBe(true);
    expect(canCombine({ resume: undefined, pause: 0 }).ok).toBe(true);
    expect(canCombine({ resume: 1, pause: 1 }).ok).toBe(false);
    expect(canCombine({ resume: 2, pause: 1 }).ok).toBe(false);
  });
});
