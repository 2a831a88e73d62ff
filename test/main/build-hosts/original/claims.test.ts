import { expect, it } from 'vitest';
import { checkClaims } from '../../../../src-main/build-hosts/original/claims';
import { newRun, type RunView } from '../../../../src-shared/runs/run-view';

const run: RunView = { ...newRun('run-x'), state: 'done', exitCode: 0, startedAt: 1000, checkpoints: ['a', 'b'] };
const snapshot = (step: string, takenAt: number) => ({
  name: `.step_${step}`,
  id: `pool/dc/build_data@.step_${step}`,
  takenAt,
  unique: 0,
  referenced: 0,
});

it('A run that claims a checkpoint of an earlier time has failed.', () => {
  expect(checkClaims(run, [snapshot('a', 1003), snapshot('b', 900)])).toMatchObject({
    state: 'failed',
    exitCode: 1,
    checkpoints: ['a'],
  });
  expect(checkClaims({ ...run, state: 'interrupted' }, [snapshot('b', 900)])).toMatchObject({
    state: 'interrupted',
    checkpoints: ['a'],
  });
});

it('A run whose checkpoints are its own, or were removed since, is as its log has it.', () => {
  expect(checkClaims(run, [snapshot('a', 1000), snapshot('b', 1003)])).toBe(run);
  expect(checkClaims(run, [snapshot('a', 1000)])).toBe(run);
});
