import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finished, says, TestProject, type Ran } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { makeHardTree } from '../../support/hard-tree';
import { runsAfterKill } from '../../support/killed-at-start';
import { lacksRootOr, lacksTool, runTool } from '../../support/run-tool';
import { treeManifest } from '../../support/tree-manifest';

const isRoot = process.getuid?.() === 0;
let project: TestProject;
let out: string;
beforeEach(() => {
  project = new TestProject({
    steps: [{ name: 'a', body: 'date +%s%N >"$2/stamp"' }, { name: 'b' }, { name: 'c' }],
  });
  out = join(project.folder, 'out');
  mkdirSync(out);
});
afterEach(() => project.dispose());

/** Builds up to the checkpoint of `b`, so that the build data is equal to it. */
async function buildToB(): Promise<void> {
  const { code, stderr } = await project.build('-p', 'b');
  expect(code, stderr).toBe(0);
}
const extract = (...operands: string[]): Promise<Ran> => project.run('extract', 'manifest.xml', ...operands);
const buildData = (): Promise<string[]> => treeManifest(join(project.area, 'build_data'));

/** Installs a program of this name before the real one. */
function replaceTool(name: string, body: string): void {
  const folder = join(project.folder, 'tools');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
  project.env = { ...project.env, PATH: `${folder}:${project.env['PATH'] ?? ''}` };
}

describe('the tree of a checkpoint', () => {
  it('is written exactly, into a new folder and into an empty one, and counted', async () => {
    project.script('a', `until [ -e "${project.folder}/go" ]; do sleep 0.05; done`);
    const build = project.start('distro_const', ['build', '-p', 'b', 'manifest.xml']);
    await eventually(() => expect(existsSync(project.trace)).toBe(true));
    await makeHardTree(join(project.area, 'build_data/pkg_image'), { root: isRoot, xattrs: true });
    writeFileSync(join(project.folder, 'go'), '');
    expect((await finished(build)).code).toBe(0);
    expect(await extract('b', join(out, 'new'))).toMatchObject({ code: 0, stderr: '' });
    expect(await treeManifest(join(out, 'new'))).toEqual(await buildData());
    mkdirSync(join(out, 'empty'), { mode: 0o700 });
    const counts = await project.json('extract', 'b', join(out, 'empty'));
    expect(await treeManifest(join(out, 'empty'))).toEqual(await buildData());
    const lines = (await buildData()).map((line) => line.split(' ')[1]);
    const count = (...types: string[]) => lines.filter((type) => types.includes(type ?? '')).length;
    expect(counts).toMatchObject({
      step: 'b',
      folder: join(out, 'empty'),
      files: count('file'),
      folders: count('dir'),
      links: count('link'),
      others: count('fifo', 'socket', 'char', 'block'),
      leftOut: { devices: 0, owners: 0, attributes: 0 },
    });
    expect(readdirSync(out).sort()).toEqual(['empty', 'new']);
  });

  it('is written while a build runs in the area', async () => {
    project.script('b', `echo waits >&2; until [ -e "${project.folder}/go" ]; do sleep 0.05; done`);
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    await says(build, /waits/);
    expect(await extract('b', join(out, 'x'))).toMatchObject({ code: 0 });
    expect(readFileSync(join(out, 'x/pkg_image/log'), 'utf8')).toBe('a\n');
    writeFileSync(join(project.folder, 'go'), '');
    expect((await finished(build)).code).toBe(0);
  });

  it('is written again when its checkpoint is replaced in the middle', async () => {
    await project.build();
    const once = join(project.folder, 'once');
    replaceTool(
      'cp',
      `[ -e ${once} ] || { : >${once}; distro_const build manifest.xml; } >/dev/null 2>&1\nexec /bin/cp "$@"`,
    );
    const { code, stderr } = await extract('b', join(out, 'x'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const stamp = (await project.run('cat', 'manifest.xml', 'b', 'pkg_image/stamp')).stdout;
    expect(readFileSync(join(out, 'x/pkg_image/stamp'), 'utf8')).toBe(stamp);
    expect(readdirSync(out)).toEqual(['x']);
  });
});

describe('extracting is refused, and nothing is written,', () => {
  beforeEach(buildToB);

  it.each([
    ['inside the build data', 'area/build_data/x'],
    ['inside the store', 'area/.slipway/snapshots/x'],
    ['through a link into the build data', 'out/link/x'],
    ['where the build data itself is meant', 'area/build_data'],
    ['into a folder with something in it', 'scripts'],
    ['onto a file', 'manifest.xml'],
  ])('%s', async (_, operand) => {
    symlinkSync(join(project.area, 'build_data/pkg_image'), join(out, 'link'));
    const before = await buildData();
    const { code, stderr } = await extract('b', join(project.folder, operand));
    expect({ code, lines: stderr.split('\n').length }).toEqual({ code: 1, lines: 3 });
    expect(stderr).toContain(
      operand.startsWith('area') || operand.includes('link') ? 'belongs to builds' : 'not an empty',
    );
    expect(await buildData()).toEqual(before);
    expect(readdirSync(out)).toEqual(['link']);
  });

  it('where there is no parent folder or no checkpoint', async () => {
    expect(await extract('b', join(out, 'none/x'))).toMatchObject({
      code: 1,
      stderr: `There is no folder ${join(out, 'none')}.\nCreate it first.\n`,
    });
    expect(await extract('c', join(out, 'x'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The step c has no checkpoint.') as string,
    });
    expect(readdirSync(out)).toEqual([]);
  });
});

describe('a failed extraction', () => {
  const lacks = lacksRootOr('mount');
  it.skipIf(lacks)(`leaves nothing on a full disk${lacks ? ` (${lacks})` : ''}`, async () => {
    await buildToB();
    runTool('mount', '-t', 'tmpfs', '-o', 'size=4k,nr_inodes=20', 'tmpfs', out);
    try {
      for (const folder of [out, join(out, 'x')]) {
        const { code, stderr } = await extract('b', folder);
        expect({ code, stderr }).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('There is not enough space') as string,
        });
        expect(readdirSync(out)).toEqual([]);
      }
    } finally {
      runTool('umount', out);
    }
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('leaves nothing after %s, or the next one removes it', async (signal) => {
    await buildToB();
    const started = join(project.folder, 'started');
    const { env } = project;
    replaceTool('cp', `echo $$ >${started}; exec sleep 600`);
    const running = project.start('distro_const', ['extract', 'manifest.xml', 'b', join(out, 'x')]);
    await eventually(() => expect(readFileSync(started, 'utf8')).toMatch(/\n/));
    running.kill(signal);
    const ended = await finished(running);
    const tool = Number(readFileSync(started, 'utf8'));
    await eventually(() => expect(() => process.kill(tool, 0)).toThrow());
    if (signal === 'SIGTERM')
      expect({ ended, left: readdirSync(out) }).toMatchObject({ ended: { code: 143 }, left: [] });
    else expect(readdirSync(out)).toHaveLength(1);
    project.env = env;
    expect(await extract('b', join(out, 'x'))).toMatchObject({ code: 0 });
    expect(readdirSync(out)).toEqual(['x']);
  });

  it.skipIf(lacksTool('setpriv'))('copies nothing after its engine was killed (skipped without setpriv)', async () => {
    await buildToB();
    const tools = ['cp', 'find', 'lsattr', 'rsync', 'tar', 'xargs'];
    expect(await runsAfterKill(project, ['extract', 'manifest.xml', 'b', join(out, 'x')], ...tools)).toBe(false);
  });
});
