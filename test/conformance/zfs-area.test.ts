import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { datasetMountedAt } from '../../src-engine/snapshots/zfs-datasets';
import { finished, TestProject } from '../support/engine';
import { eventually } from '../support/eventually';
import { runTool } from '../support/run-tool';
import { lacksZfs, zfsPool, type TemporaryPool } from '../support/temp-zpool';

const lacks = lacksZfs();

describe.skipIf(lacks !== undefined)(`a build area of datasets${lacks === undefined ? '' : ` (${lacks})`}`, () => {
  let pool: TemporaryPool;
  let project: TestProject;
  let area: string;
  let areas = 0;
  beforeAll(async () => void (pool = await zfsPool()));
  afterAll(() => pool.dispose());
  beforeEach(() => {
    area = `${pool.name}/area${areas++}`;
    project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }], area });
  });
  afterEach(() => project.dispose());

  const zfs = (...argv: string[]): Promise<void> => eventually(() => runTool('zfs', ...argv));

  it.each(['', '/media', '/logs'])(
    'is refused while a dataset of it is not mounted, with the command: area%s',
    async (child) => {
      expect((await project.build()).code).toBe(0);
      project.ran();
      await zfs('unmount', `${area}${child}`);
      const below = `/${area}${child}`;
      const before = existsSync(below) ? readdirSync(below) : [];
      for (const options of [[], ['-r', 'b']]) {
        const { code, stderr } = await project.build(...options);
        expect([code, stderr]).toEqual([1, expect.stringContaining(`zfs mount ${area}${child}`)]);
      }
      expect([project.ran(), existsSync(below) ? readdirSync(below) : []]).toEqual([[], before]);
      await zfs('mount', `${area}${child}`);
      if (child === '') for (const name of ['build_data', 'media', 'logs']) runTool('zfs', 'mount', `${area}/${name}`);
      expect((await project.build('-r', 'b')).code).toBe(0);
    },
  );

  it('is no plain directory when ZFS does not answer', async () => {
    const zfs = join(
      project.file('zfs', '#!/bin/sh\necho "internal error: out of memory" >&2; exit 1\n').folder,
      'zfs',
    );
    runTool('chmod', '+x', zfs);
    await expect(datasetMountedAt(pool.mountpoint, zfs)).rejects.toMatchObject({
      code: 'area',
      message: expect.stringContaining('out of memory'),
    });
    expect(await datasetMountedAt(project.folder, zfs)).toBeUndefined();
    expect(await datasetMountedAt(pool.mountpoint)).toBe(pool.name);
  });

  it('names the snapshots that a build destroys and did not make, on the console and in the journal', async () => {
    expect((await project.build()).code).toBe(0);
    for (const options of [['-r', 'b'], []]) {
      const mine = `${area}/build_data@mine`;
      await zfs('snapshot', mine);
      const notice = `This destroys 1 snapshot that Slipway did not make: ${mine}`;
      expect(await project.json('plan')).toMatchObject({ discarded: expect.arrayContaining(['mine']) as string[] });
      const { code, stdout, stderr } = await project.build(...options);
      expect([code, stdout + stderr]).toEqual([0, expect.stringContaining(notice)]);
      const { lastRun } = (await project.json('status')) as { lastRun: { run: string } };
      const files = readdirSync(`/${area}/logs`, { recursive: true, encoding: 'utf8' });
      const journal = files.find((name) => name.includes(lastRun.run) && name.endsWith('.jsonl')) ?? '';
      expect(readFileSync(join('/', area, 'logs', journal), 'utf8')).toContain(notice);
      expect(runTool('zfs', 'list', '-H', '-t', 'snapshot', '-o', 'name')).not.toContain(mine);
      expect((await project.build('-r', 'b')).stderr).not.toContain('did not make');
    }
  });

  it('names the snapshots of build data that another program made and the user gives to the build', async () => {
    await zfs('create', '-p', `${area}/build_data`);
    await zfs('snapshot', `${area}/build_data@mine`);
    const { code, stderr } = await project.build('--adopt');
    expect([code, stderr]).toEqual([0, expect.stringContaining(`did not make: ${area}/build_data@mine`)]);
  });

  it('builds nothing over files that a dataset would hide', async () => {
    runTool('zfs', 'create', area);
    runTool('mkdir', `/${area}/build_data`);
    writeFileSync(join('/', area, 'build_data/own'), 'x');
    const { code, stdout, stderr } = await project.build('--adopt');
    expect([code, stdout + stderr]).toEqual([1, expect.stringContaining(`nothing is mounted at /${area}/build_data`)]);
    expect(project.ran()).toEqual([]);
    expect(readdirSync(`/${area}/build_data`)).toEqual(['own']);
    expect(runTool('zfs', 'list', '-H', '-o', 'name', '-r', area)).not.toContain('build_data');
  });

  it('runs no step after one that made a dataset in the build data, and resumes before it', async () => {
    project.script('a', `zfs create ${area}/build_data/own`);
    const { code, stdout, stderr } = await project.build();
    expect([code, stdout + stderr]).toEqual([
      1,
      expect.stringMatching(/build_data contains datasets, which a checkpoint leaves out: .*build_data\/own\. Nothing/),
    ]);
    expect(project.ran()).toEqual(['a']);
    project.script('a');
    expect((await project.build('-R')).code).toBe(0);
    expect(project.ran()).toEqual(['a', 'b']);
    expect(runTool('zfs', 'list', '-H', '-o', 'name', '-r', area)).not.toContain('own');
  });

  it('is not kept busy by a step or a shell of another area, where mounts are private', async () => {
    expect((await project.build()).code).toBe(0);
    const other = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
    try {
      const pipe = join(other.folder, 'pipe');
      runTool('mkfifo', pipe);
      other.script('b', `cat ${pipe}`);
      const build = finished(other.start('distro_const', ['build', 'manifest.xml']));
      await eventually(() => expect(readFileSync(other.trace, 'utf8')).toBe('a\nb\n'));
      const { code, stdout } = await project.run('cat', 'manifest.xml', 'b', 'pkg_image/log');
      expect([code, stdout]).toEqual([0, 'a\n']);
      for (const step of ['b', 'a']) expect(await project.build('-r', step)).toMatchObject({ code: 0 });
      writeFileSync(pipe, '');
      expect(await build).toMatchObject({ code: 0 });

      other.file('shell', `#!/bin/sh\necho open; cat ${pipe}\n`);
      runTool('chmod', '+x', join(other.folder, 'shell'));
      const shell = other.start('distro_const', ['shell', 'manifest.xml', 'b'], { SHELL: join(other.folder, 'shell') });
      const ended = finished(shell);
      await new Promise((resolve) => shell.stdout?.once('data', resolve));
      expect(await project.build('-r', 'b')).toMatchObject({ code: 0 });
      writeFileSync(pipe, '');
      expect(await ended).toMatchObject({ code: 0 });
    } finally {
      other.dispose();
    }
  });
});
