import { describe, expect, it } from 'vitest';
import type { StepExecution } from '../../../src-shared/checkpoints/execution';
import type { PresentStep } from '../../../src-shared/checkpoints/fingerprint';
import { checkpointFreshness } from '../../../src-shared/checkpoints/staleness';

const steps = ['im-pop', 'live-config', 'iso'].map((name) => ({ name, message: name }));
const ran = (step: string, more: Partial<StepExecution> = {}): StepExecution => ({
  step,
  script: `scripts/${step}`,
  scriptHash: 'h1',
  args: [],
  reads: [{ request: 'img_params/hostname', isKey: false, hash: 'hash of a' }],
  inputs: [{ kind: 'path', value: '/etc/resolv.conf', hash: 'r1' }],
  outcome: 'done',
  run: 'run-1',
  finishedAt: 0,
  seconds: 1,
  ...more,
});
const now =
  (more: Partial<PresentStep> = {}) =>
  (index: number): PresentStep => ({
    name: steps[index]?.name ?? '',
    script: `scripts/${steps[index]?.name}`,
    scriptHash: 'h1',
    args: [],
    answer: () => ({ hash: 'hash of a', now: '`a`', then: '`a`' }),
    inputHash: () => 'r1',
    ...more,
  });
const history = [ran('im-pop'), ran('live-config')];

describe('checkpointFreshness', () => {
  it('is current while nothing that the earlier steps saw has changed', () => {
    expect(checkpointFreshness(steps, 2, history, now())).toEqual({ kind: 'current' });
  });

  it('counts only the steps before the checkpoint', () => {
    const edited = (index: number): PresentStep => now({ scriptHash: index === 1 ? 'h2' : 'h1' })(index);
    expect(checkpointFreshness(steps, 1, history, edited)).toEqual({ kind: 'current' });
    expect(checkpointFreshness(steps, 2, history, edited)).toEqual({
      kind: 'stale',
      step: 'live-config',
      reasons: ['`live-config`: its script scripts/live-config was edited'],
    });
  });

  it('names what a step read, what it was and what it is', () => {
    const answer = (): ReturnType<PresentStep['answer']> => ({ hash: 'hash of b', now: '`b`', then: '`a`' });
    expect(checkpointFreshness(steps, 1, history, now({ answer }))).toMatchObject({
      step: 'im-pop',
      reasons: ['`im-pop` read `img_params/hostname`: it was `a`, is `b`'],
    });
  });

  it('notices arguments, declared inputs, and a failed step that was passed over', () => {
    const present = now({ args: ['x'], inputHash: () => 'r2' });
    expect(checkpointFreshness(steps, 1, [ran('im-pop', { outcome: 'failed' })], present)).toMatchObject({
      reasons: [
        '`im-pop` failed, and the build went on',
        '`im-pop`: its arguments were nothing, are `x`',
        '`im-pop` used /etc/resolv.conf: its content has changed',
      ],
    });
  });

  it('says unknown where another engine took the checkpoint, and always knows the first', () => {
    expect(checkpointFreshness(steps, 1, undefined, now())).toEqual({ kind: 'unknown' });
    expect(checkpointFreshness(steps, 0, undefined, now())).toEqual({ kind: 'current' });
  });
});
