import { describe, expect, it } from 'vitest';
import { planBuild, type PlannedAction } from '../../../src-shared/checkpoints/plan';
import { stepTable } from '../../../src-shared/checkpoints/table';

const steps = ['a', 'b', 'c'].map((name) => ({ name, message: `Step ${name.toUpperCase()}` }));
const textOf = (actions: readonly PlannedAction[]): string =>
  actions
    .map((action) => (action.kind === 'clean' ? 'clean' : `${action.kind} ${steps[action.step]?.name}`))
    .join(', ');

describe('planBuild', () => {
  it('takes each checkpoint immediately before its step, and none after the last', () => {
    const { actions } = planBuild(steps, { resume: undefined, pause: undefined }, true);
    expect(textOf(actions)).toBe('clean, checkpoint a, run a, checkpoint b, run b, checkpoint c, run c');
  });

  it('takes the pause step its checkpoint and does not run it', () => {
    expect(textOf(planBuild(steps, { resume: undefined, pause: 1 }, true).actions)).toBe(
      'clean, checkpoint a, run a, checkpoint b, pause b',
    );
    expect(textOf(planBuild(steps, { resume: undefined, pause: 0 }, true).actions)).toBe(
      'clean, checkpoint a, pause a',
    );
  });

  it('takes no new checkpoint where it resumes', () => {
    const plan = planBuild(steps, { resume: 1, pause: undefined }, true, [
      'empty',
      '.step_a',
      '.step_b',
      'mine',
      '.step_c',
    ]);
    expect(textOf(plan.actions)).toBe('roll-back b, run b, checkpoint c, run c');
    expect(plan).toMatchObject({ kept: [0], runs: [1, 2], discarded: ['mine', '.step_c'] });
  });

  it('takes no checkpoint without checkpointing', () => {
    expect(textOf(planBuild(steps, { resume: undefined, pause: undefined }, false).actions)).toBe(
      'clean, run a, run b, run c',
    );
  });

  it('discards every checkpoint in a full build', () => {
    const choice = { resume: undefined, pause: undefined };
    expect(planBuild(steps, choice, true, ['empty', '.step_a', 'mine']).discarded).toEqual(['.step_a', 'mine']);
    expect(planBuild(steps, choice, true, ['mine', '.step_a']).discarded).toEqual(['mine', '.step_a']);
  });
});

describe('stepTable', () => {
  it('prints the table of the guide', () => {
    expect(stepTable(steps, 1)).toEqual([
      '',
      'Step           Resumable Description',
      '-------------- --------- -------------',
      'a                  X     Step A    ',
      'b                  X     Step B    ',
      'c                        Step C    ',
    ]);
  });

  it('never cuts a long name', () => {
    expect(stepTable([{ name: 'ai-post-br-config-long', message: 'M' }], undefined)[3]).toBe(
      'ai-post-br-config-long          M         ',
    );
  });
});
