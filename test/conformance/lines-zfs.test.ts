import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { TestProject } from '../support/engine';
import { runTool } from '../support/run-tool';
import { lacksZfs, zfsPool, type TemporaryPool } from '../support/temp-zpool';

const STEPS = ['a', 'b', 'c'];
const SWITCHES = 5;

let pool: TemporaryPool;
beforeAll(async () => {
  if (lacksZfs() === undefined) pool = await zfsPool();
});
afterAll(() => pool?.dispose());
let project: TestProject;
afterEach(() => project.dispose());

it.skipIf(lacksZfs())(
  'After five switches the build area has the layout of the original, which lists and resumes (skipped without root or ZFS).',
  async () => {
    const area = `${pool.name}/area`;
    project = new TestProject().write({ area, steps: STEPS.map((name) => ({ name })) });
    project.area = `/${area}`;
    const run = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await project.run(...args);
      expect(code, stderr).toBe(0);
      return stderr;
    };
    const snapshots = (dataset: string): string[] =>
      runTool('zfs', 'list', '-H', '-t', 'snapshot', '-o', 'name', '-r', dataset)
        .split('\n')
        .filter(Boolean)
        .map((name) => name.slice(area.length + 1));
    await run('build', 'manifest.xml');
    const media = project.read('media/log');
    await run('build', '--fork', '-r', 'b', 'manifest.xml');
    for (let n = 0; n < SWITCHES; n++) await run('switch', 'manifest.xml', n % 2 === 0 ? 'main' : 'line-2');
    expect(snapshots(`${area}/build_data`)).toEqual(
      ['@empty', '@.step_a', '@.step_b', '@.step_c'].map((name) => `build_data${name}`),
    );
    expect(snapshots(`${area}/lines`)).toEqual(['lines/line-2@.step_c']);
    expect(project.read('media/log')).toBe(media);
    const table = await run('build', '-l', 'manifest.xml');
    expect(table.match(/ {4}X {5}/g)).toHaveLength(STEPS.length);
    project.ran();
    await run('build', '-R', 'manifest.xml');
    expect(project.ran()).toEqual(['c']);
    // The parked line needs the snapshots that this rollback would destroy.
    await run('build', '-r', 'a', 'manifest.xml');
    expect(project.ran()).toEqual(STEPS);
    expect(snapshots(`${area}/build_data`)).toHaveLength(4);
    await run('build', 'manifest.xml');
    await run('switch', 'manifest.xml', 'line-2');
    expect(project.read(join('build_data', 'pkg_image/log'))).toBe('a\nb\nc\n');
    project.ran();
    await run('build', '--line', 'main', '-r', 'c', 'manifest.xml');
    expect(project.ran()).toEqual(['c']);
    expect(snapshots(`${area}/build_data`)).toHaveLength(4);
    // The line that the last build left has kept its own checkpoints.
    await run('build', '--line', 'line-2', '-r', 'c', 'manifest.xml');
    expect(project.ran()).toEqual(['c']);
    await run('prune', '--keep-last', '0', '--yes', 'manifest.xml');
    expect(runTool('zfs', 'list', '-H', '-o', 'name', '-r', area)).not.toContain(`${area}/lines`);
  },
);

it.skipIf(lacksZfs())(
  'A start of the computer mounts no parked line, and a prune of lines removes all but a held one (skipped without root or ZFS).',
  async () => {
    const area = `${pool.name}/held`;
    project = new TestProject().write({ area, steps: STEPS.map((name) => ({ name })) });
    project.area = `/${area}`;
    await project.build();
    for (let n = 0; n < 3; n++) await project.build('--fork', '-r', 'b');
    runTool('zfs', 'mount', '-a');
    expect(runTool('mount')).not.toContain(`${area}/lines`);
    const held = `${area}/lines/main@.step_c`;
    runTool('zfs', 'hold', 'keep', held);
    const { code, stderr } = await project.run('prune', '--keep-last', '0', '--yes', 'manifest.xml');
    expect(code).toBe(1);
    expect(stderr).toContain(`but not main: Destroying ${area}/lines/main would destroy ${held}, which is held.\n`);
    expect(runTool('zfs', 'list', '-H', '-o', 'name', '-r', `${area}/lines`).trim().split('\n')).toEqual([
      `${area}/lines`,
      `${area}/lines/main`,
    ]);
    runTool('zfs', 'release', 'keep', held);
    expect((await project.run('prune', '--keep-last', '0', '--yes', 'manifest.xml')).code).toBe(0);
  },
);
