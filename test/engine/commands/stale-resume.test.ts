import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseRecord } from '../../../src-shared/journal/records';
import { finished, TestProject } from '../../support/engine';

let project: TestProject;
afterEach(() => project.dispose());

const STALE =
  'WARNING: The checkpoint before c is stale. The result differs from a build from the beginning:\n' +
  '  `b`: its script scripts/b was edited\n' +
  'The right point to resume from is b.\n';

/** The newest log file of the area whose name begins and ends like this. */
function newestLog(prefix: string, suffix = ''): string {
  const names = readdirSync(join(project.area, 'logs')).filter(
    (name) => name.startsWith(prefix) && name.endsWith(suffix),
  );
  return project.read(`logs/${names.sort().at(-1)}`);
}

describe('Build -R and build -r:', () => {
  it.each([[['-R']], [['-r', 'c']]])(
    'The options %j print the reasons why a checkpoint is stale, and write them to the journal and the log.',
    async (options) => {
      project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] });
      await project.build();
      project.script('b', 'echo edited');
      project.ran();
      const { code, stderr } = await project.build(...options);
      expect({ code, ran: project.ran() }).toEqual({ code: 0, ran: ['c'] });
      expect(stderr).toContain(STALE);
      expect(newestLog('simple-log')).toContain(STALE);
      const records = newestLog('run-', '.jsonl')
        .split('\n')
        .flatMap((line) => parseRecord(line) ?? []);
      expect(records.find(({ kind }) => kind === 'stale-checkpoint')).toMatchObject({
        step: 'c',
        freshness: 'stale',
        reasons: ['`b`: its script scripts/b was edited'],
        resumeFrom: 'b',
      });
    },
  );

  it('A current checkpoint prints no reason.', async () => {
    project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
    await project.build();
    expect((await project.build('-R')).stderr).not.toMatch(/stale|unknown|WARNING/);
  });

  it('A checkpoint of unknown freshness prints the reason.', async () => {
    project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
    await project.build();
    project.file('area/.slipway/checkpoints/b.json', '{');
    expect((await project.build('-R')).stderr).toContain(
      'Freshness of the checkpoint before b is unknown: its record is damaged.\n',
    );
  });
});

describe('a middle step that was removed', () => {
  const names = async (): Promise<string[]> => {
    project = new TestProject({ steps: ['a', 'b', 'c', 'd'].map((name) => ({ name, body: `touch "$2/${name}"` })) });
    await project.build();
    project.write({ steps: ['a', 'c', 'd'].map((name) => ({ name, body: `touch "$2/${name}"` })) });
    project.ran();
    return readdirSync(join(project.area, 'build_data/pkg_image'));
  };

  it('leaves nothing that status offers and build -R refuses', async () => {
    await names();
    const { code, stderr } = await project.build('-R');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('inconsistent') as string });
    expect(await project.json('status')).toMatchObject({ latestResumable: null });
    expect((await project.run('status', 'manifest.xml')).stdout).toContain(
      'Resume from     a, with -r a; the later checkpoints do not have the order of the steps\n',
    );
    expect(await project.json('plan')).toMatchObject({ suggested: 'a' });
    expect((await project.build('-l')).stderr).toContain('d                  X     Step d');
  });

  it('is pruned with all that was taken after it, so that a resumed build is the straight run', async () => {
    await names();
    const { stdout } = await project.run('prune', '--yes', 'manifest.xml');
    expect(stdout.match(/\.step_\w/g)).toEqual(['.step_d', '.step_c', '.step_b']);
    expect((await project.build('-R')).code).toBe(0);
    expect(project.ran()).toEqual(['a', 'c', 'd']);
    expect(readdirSync(join(project.area, 'build_data/pkg_image')).sort()).toEqual(['a', 'c', 'd', 'log']);
  });
});

describe('steps that changed places', () => {
  const reordered = async (): Promise<void> => {
    const steps = ['a', 'b', 'c'].map((name) => ({ name, body: `touch "$2/${name}"` }));
    project = new TestProject({ steps });
    await project.build();
    project.write({ steps: [steps[0], steps[2], steps[1]].flatMap((step) => step ?? []) });
    project.ran();
  };

  it('are refused with the lines of the original, and plan, status and prune name what works', async () => {
    await reordered();
    const original =
      'The manifest file is inconsistent with your build area.\nPlease resolve if you wish to use the resume functionality.\n';
    expect((await project.build('-R')).stderr).toBe(original);
    const remedy = expect.stringContaining('Resume from a instead: distro_const build -r a MANIFEST') as string;
    expect(await project.run('plan', '-R', 'manifest.xml')).toMatchObject({ code: 1, stderr: remedy });
    expect(await project.json('status')).toMatchObject({
      steps: [{ refusalLines: [] }, { refusalLines: expect.arrayContaining([remedy]) as string[] }, {}],
    });
    expect((await project.run('status', 'manifest.xml')).stdout).toContain('Resume from     a, with -r a;');
    expect((await project.run('prune', '--yes', 'manifest.xml')).stdout).toBe(
      'Nothing to prune. 2 checkpoints no longer fit the manifest and would be removed with --stale: .step_c, .step_b.\n',
    );
    expect((await project.run('prune', '--stale', '--yes', 'manifest.xml')).code).toBe(0);
    expect((await project.build('-R')).code).toBe(0);
    expect(project.ran()).toEqual(['a', 'c', 'b']);
  });

  it('are refused with the remedy on a terminal', async () => {
    await reordered();
    const argv = ['script', '-qec', 'distro_const build -R manifest.xml', '/dev/null'];
    expect((await finished(project.spawn(argv))).stdout).toContain('distro_const build -r a MANIFEST');
  });
});
