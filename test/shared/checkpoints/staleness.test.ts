import { describe, expect, it } from 'vitest';
import type { StepExecution, StepInput } from '../../../src-shared/checkpoints/execution';
import { checkpointKey } from '../../../src-shared/checkpoints/fingerprint';
import { checkpointFreshness, type CheckpointFreshness } from '../../../src-shared/checkpoints/staleness';
import { nameOfDifference, type CurrentStep } from '../../../src-shared/checkpoints/step-differences';

const AREA = '/builds/sample';
const CONF: StepInput = { kind: 'path', value: '/srv/conf', hash: 'r1', by: 'declared' };

const ran = (step: string, more: Partial<StepExecution> = {}): StepExecution => ({
  step,
  script: `scripts/${step}`,
  scriptHash: 'h1',
  args: [],
  area: AREA,
  reads: [{ request: 'img_params/hostname', isKey: false, hash: 'hash of a' }],
  inputs: [CONF],
  outcome: 'done',
  run: 'run-1',
  finishedAt: 0,
  seconds: 1,
  ...more,
});

/** Judges the checkpoint before `at` in a manifest of these steps. */
function judge(
  steps: readonly string[],
  at: string,
  history: readonly StepExecution[],
  now: Partial<CurrentStep> = {},
): CheckpointFreshness {
  const present = (index: number): CurrentStep => ({
    name: steps[index] ?? '',
    script: `scripts/${steps[index]}`,
    scriptNow: { hash: 'h1' },
    args: [],
    area: AREA,
    answer: () => ({ hash: 'hash of a', now: '`a`', then: '`a`' }),
    input: (input) => ({ hash: input.hash }),
    ...now,
  });
  const declared = steps.map((name) => ({ name, message: name }));
  return checkpointFreshness(declared, steps.indexOf(at), { history }, present);
}

const pair = [ran('a'), ran('b')];
const stale = (step: string, ...reasons: string[]): CheckpointFreshness => ({ kind: 'stale', step, reasons });

describe('checkpointFreshness', () => {
  it('is current while the same steps would do the same again', () => {
    expect(judge(['a', 'b', 'c'], 'c', pair)).toEqual({ kind: 'current' });
  });

  it('counts only the steps before the checkpoint', () => {
    expect(judge(['a', 'b', 'c'], 'a', [], { scriptNow: { hash: 'h2' } })).toEqual({ kind: 'current' });
  });

  it.each<[change: string, steps: string[], history: StepExecution[], expected: CheckpointFreshness]>([
    [
      'a middle step was removed',
      ['a', 'c'],
      pair,
      stale('c', '`b` ran before this checkpoint and is no longer a step'),
    ],
    ['the first steps were removed', ['c'], pair, stale('c', '`a` ran before this checkpoint and is no longer a step')],
    ['a step was put before', ['n', 'a', 'b', 'c'], pair, stale('n', '`n` did not run before this checkpoint')],
    ['a step was put between', ['a', 'n', 'b', 'c'], pair, stale('n', '`n` did not run before this checkpoint')],
    ['a step was put behind', ['a', 'b', 'n', 'c'], pair, stale('n', '`n` did not run before this checkpoint')],
    [
      'a step was renamed',
      ['a9', 'b', 'c'],
      pair,
      stale('a9', '`a` ran before this checkpoint and is no longer a step', '`a9` did not run before this checkpoint'),
    ],
    [
      'two steps changed places',
      ['b', 'a', 'c'],
      pair,
      stale('b', 'the order of steps has changed: `a` ran in the place of `b`'),
    ],
    [
      'a step was moved behind it',
      ['a', 'c', 'b'],
      pair,
      stale('c', '`b` ran before this checkpoint and comes after it now'),
    ],
  ])('is stale when %s', (_, steps, history, expected) => {
    expect(judge(steps, 'c', history)).toEqual(expected);
  });

  it.each<[change: string, now: Partial<CurrentStep>, reason: string]>([
    ['the script was edited', { scriptNow: { hash: 'h2' } }, '`a`: its script scripts/a was edited'],
    ['the script is missing', { scriptNow: { hash: 'missing' } }, '`a`: its script scripts/a is missing'],
    ['the area was moved', { area: '/other' }, '`a`: the build area was at /builds/sample, is at /other'],
    ['it has other arguments', { args: ['x'] }, '`a`: its arguments were nothing, are `x`'],
    [
      'a value has changed',
      { answer: () => ({ hash: 'hash of b', now: '`b`', then: '`a`' }) },
      '`a` read `img_params/hostname`: it was `a`, is `b`',
    ],
    ['an input has changed', { input: () => ({ hash: 'r2' }) }, '`a` used /srv/conf: its content has changed'],
    ['an input is gone', { input: () => ({ hash: 'missing' }) }, '`a` used /srv/conf, which is missing now'],
  ])('is stale with the reason when %s', (_, now, reason) => {
    expect(judge(['a', 'b'], 'b', [ran('a')], now)).toEqual(stale('a', reason));
  });

  it.each<[what: string, execution: Partial<StepExecution>, reason: string]>([
    ['a step failed and the build went on', { outcome: 'failed' }, '`a` failed, and the build went on'],
    ['an input was edited meanwhile', { inputs: [{ ...CONF, raced: true }] }, '/srv/conf was edited while `a` ran'],
  ])('is stale for ever when %s', (_, execution, reason) => {
    expect(judge(['a', 'b'], 'b', [ran('a', execution)])).toEqual(stale('a', reason));
  });

  it.each<[what: string, execution: Partial<StepExecution>, now: Partial<CurrentStep>, reason: string]>([
    [
      'an input cannot be read now',
      {},
      { input: () => ({ unknown: 'cannot be read now' }) },
      '`a` used /srv/conf, which cannot be read now',
    ],
    [
      'an input could not be read then',
      { inputs: [{ ...CONF, hash: 'unreadable' }] },
      {},
      '`a` used /srv/conf, which the engine could not read then',
    ],
    [
      'the script cannot be read now',
      {},
      { scriptNow: { unknown: 'cannot be read now' } },
      '`a`: its script scripts/a cannot be read now',
    ],
  ])('is unknown with the reason when %s', (_, execution, now, reason) => {
    expect(judge(['a', 'b'], 'b', [ran('a', execution)], now)).toEqual({ kind: 'unknown', reason });
  });

  it('is stale rather than unknown when a later step certainly differs', () => {
    const now: Partial<CurrentStep> = { input: () => ({ unknown: 'cannot be read now' }) };
    expect(judge(['a', 'b', 'c'], 'c', [ran('a'), ran('b', { outcome: 'failed', inputs: [] })], now)).toEqual(
      stale('b', '`b` failed, and the build went on'),
    );
  });
});

describe('checkpointKey', () => {
  const hash = (text: string): string => `<${text}>`;

  it('is the same for the same past, and another for another parent', () => {
    expect(checkpointKey(pair, hash)).toBe(checkpointKey([ran('a'), ran('b', { run: 'run-2', seconds: 9 })], hash));
    expect(checkpointKey([ran('b')], hash)).not.toBe(checkpointKey(pair, hash));
  });

  it('is unknown for a failed step, a raced input and an unknown history', () => {
    expect(checkpointKey([ran('a', { outcome: 'failed' })], hash)).toBeNull();
    expect(checkpointKey([ran('a', { inputs: [{ ...CONF, raced: true }] })], hash)).toBeNull();
    expect(checkpointKey(null, hash)).toBeNull();
  });
});

it.each([
  ['`a` read `key_value_pairs/pair[key=hostname]/value`: it was `live`, is `desk`', 'hostname: live → desk'],
  ['`a` read `img_params/packages/pkg/name`: it was `a`, `b`, is `a`', 'name: a, b → a'],
  ['`a` read `name`: it has changed', 'a read name: it has changed'],
  ['`a`: its script scripts/a was edited', 'a edited'],
  ['`a` used /srv/conf: its content has changed', 'a used /srv/conf: its content has changed'],
])('%s is named %s', (sentence, name) => {
  expect(nameOfDifference(sentence)).toBe(name);
});
