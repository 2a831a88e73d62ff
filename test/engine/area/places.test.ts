import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lacksRootOr, runTool } from '../../support/run-tool';
import { TestProject } from '../../support/engine';

describe('what is in the places of a build area', () => {
  let project: TestProject;
  let host: string;
  beforeEach(() => {
    host = mkdtempSync(join(tmpdir(), 'slipway-host-'));
    writeFileSync(join(host, 'precious'), 'x');
    project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
  });
  afterEach(() => {
    expect(readdirSync(host)).toEqual(['precious']);
    project.dispose();
    rmSync(host, { recursive: true });
  });

  it.each(['build_data', 'media', 'logs', '.slipway'])(
    'is refused before anything runs when it is a link or a file: %s',
    async (name) => {
      mkdirSync(project.area);
      const path = join(project.area, name);
      const makers = [() => symlinkSync(host, path), () => symlinkSync('nowhere', path), () => writeFileSync(path, '')];
      for (const make of makers) {
        make();
        const { code, stderr } = await project.build();
        expect([code, stderr]).toEqual([1, expect.stringContaining(`needs a folder at ${path}, and that is`)]);
        expect(project.ran()).toEqual([]);
        rmSync(path);
      }
    },
  );

  it('is refused when a folder is in the place of a state file, and nothing in it is removed', async () => {
    expect((await project.build()).code).toBe(0);
    project.ran();
    const path = join(project.area, '.step_b');
    rmSync(path);
    mkdirSync(path);
    writeFileSync(join(path, 'precious'), '');
    const message = `The build area needs a file at ${path}, and that is a folder.\nMove it away, or remove it with its content: rm -rf -- ${path}\n`;
    for (const options of [[], ['-r', 'b'], ['--adopt']])
      expect(await project.build(...options)).toMatchObject({ code: 1, stderr: message });
    expect(await project.run('prune', '--yes', '--from', 'b', 'manifest.xml')).toMatchObject({ stderr: message });
    expect([project.ran(), readdirSync(path)]).toEqual([[], ['precious']]);
  });

  it('is repaired when a file is in the place of the records, which every command tolerates', async () => {
    expect((await project.build()).code).toBe(0);
    const records = join(project.area, '.slipway/checkpoints');
    rmSync(records, { recursive: true });
    writeFileSync(records, '');
    for (const command of ['status', 'checkpoints', 'plan', 'doctor'])
      expect((await project.run(command, 'manifest.xml')).stderr, command).not.toMatch(/ENOTDIR/);
    const { code, stderr } = await project.build('-r', 'b');
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${records} was not a folder and is removed.`)]);
  });

  it('may be reached through a link to the area', async () => {
    const link = join(project.folder, 'link');
    mkdirSync(project.area);
    symlinkSync(project.area, link);
    project.write({ steps: [{ name: 'a' }, { name: 'b' }], area: link });
    expect((await project.build()).code).toBe(0);
    expect((await project.build('-r', 'b')).code).toBe(0);
  });

  const lacks = lacksRootOr('mount', 'umount') ?? (process.platform === 'linux' ? undefined : 'needs Linux');

  it.skipIf(lacks !== undefined).each(['build_data/pkg_image/cache', '.slipway'])(
    `is refused when it is mounted, with the command that undoes it: %s${lacks === undefined ? '' : ` (${lacks})`}`,
    async (name) => {
      expect((await project.build()).code).toBe(0);
      project.ran();
      const at = join(project.area, name);
      mkdirSync(at, { recursive: true });
      runTool('mount', '--bind', host, at);
      let command = `umount -- '${at}'`;
      try {
        for (const options of [[], ['-r', 'b']]) {
          const { code, stdout, stderr } = await project.build(...options);
          expect([code, stdout + stderr]).toEqual([1, expect.stringContaining(at)]);
          expect(project.ran()).toEqual([]);
          command = /umount -- .*/.exec(stdout + stderr)?.[0] ?? command;
        }
      } finally {
        runTool('sh', '-c', command);
      }
      expect((await project.build('-r', 'b')).code).toBe(0);
      expect((await project.build()).code).toBe(0);
    },
  );

  describe.skipIf(lacks !== undefined)(
    `when a step leaves a mount behind${lacks === undefined ? '' : ` (${lacks})`}`,
    () => {
      const steps = () => [
        { name: 'a', body: 'mkdir "$2/cache"' },
        { name: 'b', body: `mount --bind "${host}" "$2/cache"` },
        { name: 'c' },
      ];

      it('goes on without it, because a mount ends with its step', async () => {
        project.write({ steps: steps() });
        expect((await project.build()).code).toBe(0);
        expect(readdirSync(join(project.area, 'build_data/pkg_image/cache'))).toEqual([]);
        expect((await project.build('-r', 'b')).code).toBe(0);
      });

      it('takes no checkpoint and resumes from none, when the manifest keeps mounts', async () => {
        project.write({ steps: steps(), pairs: { slipway_mounts: 'keep' } });
        const at = join(project.area, 'build_data/pkg_image/cache');
        const undo = `umount -- '${at}'`;
        try {
          for (const [options, ran] of [
            [[], ['a', 'b']],
            [['-R'], []],
            [[], []],
          ] as const) {
            const { code, stdout, stderr } = await project.build(...options);
            expect([code, stdout + stderr]).toEqual([1, expect.stringContaining(undo)]);
            expect(project.ran()).toEqual(ran);
          }
        } finally {
          runTool('sh', '-c', undo);
        }
        project.script('b');
        expect((await project.build('-R')).code).toBe(0);
        expect(project.ran()).toEqual(['b', 'c']);
      });
    },
  );
});
