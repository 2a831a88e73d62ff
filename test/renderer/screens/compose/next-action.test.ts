import { describe, expect, it } from 'vitest';
import {
  nextAction,
  resumeText,
  type ActionFacts,
} from '../../../../src-renderer/screens/compose/overview/next-action';
import { newRun, type RunView } from '../../../../src-shared/runs/run-view';

const step = (name: string, kind = 'current', expectedSeconds: number | null = 10): ActionFacts['steps'][number] => ({
  step: name,
  expectedSeconds,
  freshness: { kind },
});
const RAN: RunView = {
  ...newRun('run-1'),
  state: 'done',
  planned: ['a', 'b', 'c'].map((name, index) => ({ index, name, message: name, kept: false })),
  steps: [{ step: 'c', index: 2, outcome: 'done', startedAt: 0, seconds: 1 }],
};
const FACTS: ActionFacts = {
  errors: 0,
  last: RAN,
  number: 3,
  steps: [step('a'), step('b'), step('c')],
  suggested: 'c',
  edits: [],
  isCurrent: true,
};

describe('The next action', () => {
  it('is none of these before the first build', () => {
    expect(nextAction({ ...FACTS, last: undefined })).toBeUndefined();
  });

  it('is to show the timeline while a build runs, also with errors', () => {
    const last: RunView = { ...RAN, state: 'running' };
    expect(nextAction({ ...FACTS, last, errors: 1 })).toMatchObject({
      title: 'A build is running',
      button: 'timeline',
    });
  });

  it('is to go to the first problem while errors prevent a build', () => {
    const found = nextAction({ ...FACTS, errors: 2, firstError: 'No publisher.' });
    expect(found).toMatchObject({ title: '2 errors prevent a build', detail: 'No publisher.', button: 'problem' });
  });

  it.each([
    ['failed', 'Run 3 failed in c'],
    ['cancelled', 'Run 3 was stopped in c'],
    ['interrupted', 'Run 3 was interrupted in c'],
    ['paused', 'Run 3 is paused before c'],
  ] as const)('is to resume after a build that %s', (state, title) => {
    const last: RunView = { ...RAN, state, ...(state === 'paused' && { pausedBefore: 'c' }) };
    expect(nextAction({ ...FACTS, last, isCurrent: undefined })).toMatchObject({
      title,
      detail: 'Resuming from `c` keeps a and b, runs 1 step and takes about 10 s.',
      button: 'build',
    });
  });

  it('is to build, and not to resume a build whose log cannot be read', () => {
    const last: RunView = { ...RAN, state: 'interrupted', steps: [], problem: 'The log was compressed.' };
    expect(nextAction({ ...FACTS, last, isCurrent: undefined })).toMatchObject({
      tone: 'warn',
      title: 'The log of run 3 cannot be read',
    });
  });

  it('is to test an image that has not been booted, and none after that', () => {
    expect(nextAction({ ...FACTS, untested: 'x.iso' })).toMatchObject({ title: 'Up to date', button: 'boot' });
    expect(nextAction(FACTS)).toMatchObject({ title: 'Up to date', button: 'none' });
  });

  it('promises nothing until the host has compared the text on screen', () => {
    expect(nextAction({ ...FACTS, isCurrent: undefined })?.detail).toBe('Checking what has changed since…');
  });

  it('counts the edits that steps read, and the steps that they make stale', () => {
    const steps = [step('a'), step('b'), step('c', 'stale')];
    const edits = [{ firstStep: 1 }, { firstStep: 2 }, {}];
    const found = nextAction({ ...FACTS, steps, edits, isCurrent: false, suggested: 'b' });
    expect(found).toMatchObject({
      title: '2 edits since the last build make 2 of 3 steps stale',
      detail: 'Resuming from `b` keeps a, runs 2 steps and takes about 20 s.',
    });
  });

  it('counts stale steps without known edits', () => {
    const steps = [step('a'), step('b', 'stale'), step('c', 'stale')];
    const found = nextAction({ ...FACTS, steps, edits: undefined, isCurrent: false, suggested: 'a' });
    expect(found?.title).toBe('Changes since the last build make 3 of 3 steps stale');
  });
});

describe('The text of a build', () => {
  it('has a time only where each step has one', () => {
    expect(resumeText({ suggested: null, steps: FACTS.steps })).toBe('A build runs all 3 steps and takes about 30 s.');
    expect(resumeText({ suggested: null, steps: [step('a'), step('b', 'current', null)] })).toBe(
      'A build runs all 2 steps.',
    );
  });
});
