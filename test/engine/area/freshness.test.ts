import { renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FreshnessProject } from '../../support/freshness-project';

let project: FreshnessProject;
beforeEach(() => void (project = new FreshnessProject()));
afterEach(() => project.dispose());

describe('a checkpoint is current after', () => {
  it.each<[change: string, change_: () => void]>([
    ['nothing', () => undefined],
    ['a comment', () => void project.edit((text) => text.replace('<vmimg_params/>', '<!-- c --><vmimg_params/>'))],
    ['a value that no step read', () => void project.writePairs({ unread: 'u2' })],
    ['a message', () => void project.edit((text) => text.replace('message="Step a"', 'message="Other words"'))],
    ['an edit of a later step', () => void project.script('c', 'echo other')],
  ])('%s', async (_, change) => {
    await project.buildWithInputs();
    change();
    expect(await project.freshness()).toBe('current');
  });
});

describe('a checkpoint is stale, with the reason, after', () => {
  it.each<[change: string, change_: () => void, reason: string]>([
    [
      'a value that a step read has changed',
      () => void project.writePairs({ k: 'v2' }),
      '`a` read `k`: it was `v1`, is `v2`',
    ],
    [
      "the distribution's name has changed",
      () => void project.edit((text) => text.replace('name="sample"', 'name="other"')),
      '`a` read `name`: it was `sample`, is `other`',
    ],
    [
      'a step has other arguments',
      () => void project.edit((text) => text.replace('"Step a"/>', '"Step a"/><argslist>"x"</argslist>')),
      '`a`: its arguments were nothing, are `x`',
    ],
    [
      'two steps changed places',
      () => void project.writeSteps(['b', 'a', 'c']),
      'the order of steps has changed: `a` ran in the place of `b`',
    ],
    [
      'a middle step was removed',
      () => void project.writeSteps(['a', 'c']),
      '`b` ran before this checkpoint and is no longer a step',
    ],
    [
      'the first step was removed',
      () => void project.writeSteps(['b', 'c']),
      '`a` ran before this checkpoint and is no longer a step',
    ],
    [
      'a step was put in between',
      () => void project.writeSteps(['a', 'n', 'b', 'c']),
      '`n` did not run before this checkpoint',
    ],
    [
      'a step was put before all',
      () => void project.writeSteps(['n', 'a', 'b', 'c']),
      '`n` did not run before this checkpoint',
    ],
    [
      'a step was moved behind it',
      () => void project.writeSteps(['a', 'c', 'b']),
      '`b` ran before this checkpoint and comes after it now',
    ],
    [
      'a step was renamed',
      () => void project.edit((text) => text.replace('checkpoint name="a"', 'checkpoint name="a9"')),
      '`a` ran before this checkpoint and is no longer a step; `a9` did not run before this checkpoint',
    ],
    [
      'the area was moved',
      () => {
        renameSync(project.path('area'), project.path('moved'));
        project.edit((text) => text.replace(project.path('area'), project.path('moved')));
      },
      '`a`: the build area was at HERE/area, is at HERE/moved',
    ],
  ])('%s', async (_, change, reason) => {
    await project.buildWithInputs();
    change();
    expect(await project.freshness()).toBe(`stale; ${reason}`);
  });

  it('a step failed and the build went on', async () => {
    await project.buildWithInputs({ stopOnError: 'false', steps: [{ name: 'b', body: 'exit 1' }, { name: 'c' }] });
    expect(await project.freshness()).toBe('stale; `b` failed, and the build went on');
  });
});

describe('a checkpoint of unknown freshness has the reason that', () => {
  const record = (step: string): string => project.path(`area/.slipway/checkpoints/${step}.json`);

  it.each<[why: string, change: () => void, reason: string]>([
    [
      'another program took it',
      () => rmSync(record('c')),
      'it has no record: another program took it, for example the original distro_const',
    ],
    ['its record is damaged', () => truncateSync(record('c'), 40), 'its record is damaged'],
    [
      'its record is of version 1',
      () => writeFileSync(record('c'), JSON.stringify({ version: 1, step: 'c' })),
      'its record is of an earlier version of Slipway, which did not record all inputs of steps',
    ],
    ['its state file is missing', () => rmSync(project.path('area/.step_c')), 'its state file .step_c is missing'],
    [
      'its state file was written by another program',
      () => project.append('area/.step_c'),
      'another program has written its state file .step_c since it was taken',
    ],
  ])('%s', async (_, change, reason) => {
    await project.buildWithInputs();
    change();
    expect(await project.freshness()).toBe(`unknown; ${reason}`);
  });

  it('a build resumed from a checkpoint of unknown history', async () => {
    await project.buildWithInputs();
    rmSync(record('b'));
    await project.build('-r', 'b');
    expect(await project.freshness()).toBe(
      'unknown; a build resumed from the checkpoint before `b`, and it has no record: another program took it, for example the original distro_const',
    );
  });
});
