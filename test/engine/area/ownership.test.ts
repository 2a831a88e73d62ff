import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finished, says, TestProject } from '../../support/engine';

describe('a build area with files of another program', () => {
  let project: TestProject;
  beforeEach(() => {
    project = new TestProject({ steps: [{ name: 'a' }] });
  });
  afterEach(() => project.dispose());

  const put = (...path: readonly string[]): string => {
    const file = join(project.area, ...path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, 'precious');
    return file;
  };

  it.each([['build_data', 'thesis.tex'], ['build_data.old-4711-1795963103000', 'backup'], ['.step_notes']])(
    'is refused with a list, and nothing in it changes: %s',
    async (...path) => {
      const file = put(...path);
      const before = readdirSync(project.area);
      const { code, stderr } = await project.build();
      expect([code, stderr]).toEqual([1, expect.stringContaining(path.join('/').replace('/backup', ''))]);
      expect(stderr).toContain('--adopt');
      expect(project.ran()).toEqual([]);
      expect([existsSync(file), readdirSync(project.area)]).toEqual([true, before]);
    },
  );

  it('does not belong to Slipway because a build was refused in it before', async () => {
    const file = put('build_data', 'thesis.tex');
    await project.build();
    await project.run('prune', '--yes', 'manifest.xml');
    expect((await project.build()).code).toBe(1);
    expect(existsSync(file)).toBe(true);
  });

  it.each([['checkpoints'], ['snapshots'], ['checkpoints', 'folder'], ['snapshots', 'folder']])(
    'does not belong to Slipway because of a stray folder: .slipway/%s %s',
    async (...path) => {
      const file = put('build_data', 'thesis.tex');
      mkdirSync(join(project.area, '.slipway', ...path), { recursive: true });
      expect(await project.build()).toMatchObject({ code: 1, stderr: expect.stringContaining('--adopt') as string });
      expect([project.ran(), existsSync(file)]).toEqual([[], true]);
    },
  );

  it('belongs to Slipway, also without a mark, when its first build was killed', async () => {
    for (const hasMark of [true, false]) {
      rmSync(project.area, { recursive: true, force: true });
      project.write({ steps: [{ name: 'a', body: 'touch "$2/made"; echo waiting >&2; sleep 100' }] });
      const build = project.start('distro_const', ['build', 'manifest.xml']);
      await says(build, /waiting/);
      build.kill('SIGKILL');
      await finished(build);
      if (!hasMark) {
        rmSync(join(project.area, '.slipway/checkpoints'), { recursive: true });
        rmSync(join(project.area, '.step_a'));
      }
      project.write({ steps: [{ name: 'a' }] });
      expect(await project.build()).toMatchObject({ code: 0 });
    }
  });

  it('has these files in the answer of status until it is taken over', async () => {
    put('build_data', 'thesis.tex');
    expect(await project.json('status')).toMatchObject({
      area: { foreign: { count: 1, names: ['build_data/thesis.tex'], hasLostRecords: false } },
    });
    await project.build('--adopt');
    expect(await project.json('status')).not.toHaveProperty('area.foreign');
  });

  it('may come from earlier builds where the records were deleted and the logs are there', async () => {
    expect((await project.build()).code).toBe(0);
    project.ran();
    rmSync(join(project.area, '.slipway'), { recursive: true });
    const { code, stderr } = await project.build();
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/has logs of Slipway, but the records in .*\.slipway are gone\. .*\.step_a.*\n.*--adopt/),
    ]);
    expect(stderr).not.toContain('was not made by Slipway');
    expect(project.ran()).toEqual([]);
    expect(await project.json('status')).toMatchObject({ area: { foreign: { hasLostRecords: true } } });
    expect((await project.build('--adopt')).code).toBe(0);
  });

  it('is taken over by --adopt, and belongs to Slipway afterwards', async () => {
    const file = put('build_data', 'thesis.tex');
    expect((await project.build('--adopt')).code).toBe(0);
    expect(existsSync(file)).toBe(false);
    expect((await project.build()).code).toBe(0);
  });

  it('is built in when the build deletes none of them', async () => {
    const kept = [put('src', 'thesis.tex'), put('build_data.old-1-2', 'backup')];
    mkdirSync(join(project.area, 'build_data', 'pkg_image'), { recursive: true });
    expect((await project.build()).code).toBe(0);
    expect(kept.map((path) => existsSync(path))).toEqual([true, true]);
  });

  it('belongs to Slipway without a mark when version 1 has built in it', async () => {
    expect((await project.build()).code).toBe(0);
    for (const gone of ['checkpoints/area', 'checkpoints', 'snapshots']) {
      rmSync(join(project.area, '.slipway/checkpoints/area'), { force: true });
      rmSync(join(project.area, '.slipway', gone), { recursive: true, force: true });
      expect((await project.build()).code, gone).toBe(0);
    }
    renameSync(join(project.area, '.slipway'), join(project.area, 'slipway'));
    expect((await project.build()).code).toBe(1);
  });
});
