import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestProject } from '../../support/engine';
import { runTool } from '../../support/run-tool';

let project: TestProject;
beforeEach(async () => {
  project = new TestProject({ steps: ['a', 'b', 'c', 'd'].map((name) => ({ name })) });
  expect(await project.build()).toMatchObject({ code: 0 });
  project.ran();
});
afterEach(() => project.dispose());

const store = (): string => join(project.area, '.slipway/snapshots');

/** Replaces a file of the store. */
function damage(pattern: RegExp, content = 'garbage'): void {
  for (const name of readdirSync(store()).filter((one) => pattern.test(one))) {
    rmSync(join(store(), name), { recursive: true });
    writeFileSync(join(store(), name), content);
  }
}

describe('A checkpoint whose index is damaged', () => {
  it.each([
    ['empty', ''],
    ['text', 'garbage'],
    ['a binary line', '\u0000\u0001\n'],
    ['null', 'null\n'],
    ['of a later version', '{"version":99,"id":"x","packs":[],"bytes":0}\n'],
    ['cut off', '{"version":2,"id":"x","packs":[],"bytes":0,"body":[500,1]}\n1234'],
    ['changed in its middle', '{"version":2,"id":"x","packs":[],"bytes":0,"body":[4,1]}\n1234'],
  ])('is listed as damaged and not offered when the index is %s, and the others stay usable', async (_, content) => {
    damage(/step_b$/, content);
    const { stdout, code } = await project.run('checkpoints', 'manifest.xml');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^b .* damaged: its index is (damaged|truncated)$/m);
    expect(stdout).toMatch(/^c .* current$/m);
    expect((await project.build('-l')).stderr).toMatch(/^b {16,}Step b/m);
    expect(await project.json('status')).toMatchObject({
      latestResumable: 'd',
      steps: [
        { resumable: true },
        { resumable: false, snapshot: { damage: expect.stringContaining('its index') as string } },
        {},
        {},
      ],
    });
    expect(await project.run('plan', '-R', 'manifest.xml')).toMatchObject({ code: 0 });
    expect((await project.build('-r', 'b')).stderr).toMatch(
      /^The checkpoint of b is damaged: its index is .*\.\nValid steps to resume from are: \na .*\nc /,
    );
    expect(await project.build('-r', 'c')).toMatchObject({ code: 0 });
    expect(project.ran()).toEqual(['c', 'd']);
  });

  it('is left out by build -R, which names it, and prune removes it', async () => {
    damage(/step_d$/);
    const pruned = await project.run('prune', '--yes', 'manifest.xml');
    expect(pruned).toMatchObject({ code: 0 });
    expect(pruned.stdout).toMatch(/^removed {2}\.step_d .*damaged: its index is damaged$/m);
    damage(/step_c$/);
    const resumed = await project.build('-R');
    expect(resumed.stderr).toContain('The checkpoint of c is damaged and is not used: its index is damaged.');
    expect(project.ran()).toEqual(['b', 'c', 'd']);
  });

  it('stays when usable checkpoints follow it, which its removal would hide', async () => {
    damage(/step_b$/);
    expect((await project.run('prune', '--yes', 'manifest.xml')).stdout).toBe('Nothing to prune.\n');
    expect((await project.run('prune', '--yes', '--from', 'b', 'manifest.xml')).stdout).toContain('.step_b');
  });
});

describe('A store of which a full build needs a part', () => {
  it.each([
    ['its empty tree is damaged', () => damage(/-empty$/)],
    [
      'its packs are missing',
      () =>
        readdirSync(store()).forEach(
          (name) => name.startsWith('pack-') && rmSync(join(store(), name), { recursive: true }),
        ),
    ],
    ['it is a file', () => (rmSync(store(), { recursive: true }), writeFileSync(store(), 'x'))],
    [
      'its state is folders',
      () =>
        ['.live-tree', '.live-stamps'].forEach((name) => (rmSync(join(store(), name)), mkdirSync(join(store(), name)))),
    ],
    [
      'an index is a folder',
      () =>
        readdirSync(store()).forEach(
          (name) => name.endsWith('step_b') && (rmSync(join(store(), name)), mkdirSync(join(store(), name))),
        ),
    ],
  ])('is made again when %s', async (_, break_) => {
    break_();
    expect(await project.build()).toMatchObject({ code: 0 });
    expect(project.ran()).toEqual(['a', 'b', 'c', 'd']);
    expect(await project.build('-R')).toMatchObject({ code: 0 });
    expect((await project.run('checkpoints', 'manifest.xml')).stdout).not.toContain('damaged');
  });
});

describe('A file of a checkpoint that was changed in the store', () => {
  it('is reported with the checkpoint and its path before anything is changed', async () => {
    const pack = join(store(), 'pack-000001');
    for (const name of readdirSync(pack, { recursive: true, encoding: 'utf8' }))
      if (/\d\/\d/.test(name)) writeFileSync(join(pack, name), 'x'.repeat(100));
    rmSync(join(project.area, 'build_data/log'), { force: true });
    rmSync(join(project.area, 'build_data/pkg_image/log'));
    const resumed = await project.build('-r', 'b');
    expect(resumed.code).toBe(1);
    expect(resumed.stderr).toMatch(
      /^The checkpoint of b is damaged: pkg_image\/log is stored in .*, which has 100 bytes instead of/,
    );
    const extracted = await project.run('extract', 'manifest.xml', 'b', join(project.folder, 'copy'));
    expect(extracted).toMatchObject({ code: 1, stderr: expect.stringContaining('is damaged') as string });
    expect(await project.run('cat', 'manifest.xml', 'b', 'pkg_image/log')).toMatchObject({ code: 1 });
    expect(await project.build()).toMatchObject({ code: 0 });
  });
});

describe('A checkpoint of which one stored file is lost', () => {
  const BODY = { b: 'echo first >"$2/new"', c: 'echo longer >"$2/new"' };

  /** The path of the stored file with this content. */
  function stored(content: string): string {
    const paths = readdirSync(store(), { recursive: true, encoding: 'utf8' }).filter((one) =>
      /^pack-\d+\/\d+\/\d+$/.test(one),
    );
    return join(store(), paths.find((one) => readFileSync(join(store(), one), 'utf8') === content) ?? '');
  }

  beforeEach(async () => {
    project.script('b', BODY.b).script('c', BODY.c);
    expect(await project.build()).toMatchObject({ code: 0 });
    project.ran();
  });

  it.each([
    ['missing', (path: string) => rmSync(path), 'is missing'],
    ['shorter', (path: string) => truncateSync(path, 2), 'has 2 bytes instead of 6'],
    ['a folder', (path: string) => (rmSync(path), mkdirSync(path)), 'is not a file'],
    ['changed', (path: string) => writeFileSync(path, 'wrong\n'), 'was changed after it was stored'],
  ])('is shown as damaged by every listing when the file is %s', async (_, harm, why) => {
    harm(stored('first\n'));
    const listed = (await project.run('checkpoints', 'manifest.xml')).stdout;
    expect(listed).toMatch(new RegExp(`^c .* damaged: pkg_image/new is stored in .*, which ${why}$`, 'm'));
    expect(listed).toMatch(/^b .* current$[^]*^d .* current$/m);
    expect(await project.json('status')).toMatchObject({
      latestResumable: 'd',
      steps: [{}, { resumable: true }, { resumable: false, refusal: { kind: 'damaged' } }, { resumable: true }],
    });
    const plan = await project.run('plan', '-r', 'c', 'manifest.xml');
    expect([plan.code, plan.stderr]).toEqual([1, expect.stringContaining('The checkpoint of c is damaged')]);
    expect((await project.build('-l')).stderr).toMatch(/^c {16,}Step c/m);
    expect((await project.build('-r', 'c')).stderr).toMatch(/^The checkpoint of c is damaged: pkg_image\/new/);
    expect(await project.build('-r', 'd')).toMatchObject({ code: 0 });
  });

  it('is left out by build -R when it is the newest', async () => {
    rmSync(stored('longer\n'));
    const resumed = await project.build('-R');
    expect(resumed.stderr).toContain('The checkpoint of d is damaged and is not used: pkg_image/new is stored in');
    expect([resumed.code, project.ran()]).toEqual([0, ['c', 'd']]);
    expect((await project.run('checkpoints', 'manifest.xml')).stdout).not.toContain('damaged');
  });
});

describe('A wrong file type in the place of a record', () => {
  it.each(['lock', 'pause', 'cancel', 'checkpoints/b.json', 'checkpoints/reserve'])(
    'is removed with a notice when %s is a folder',
    async (name) => {
      const path = join(project.area, '.slipway', name);
      rmSync(path, { force: true });
      mkdirSync(join(path, 'inside'), { recursive: true });
      const resumed = await project.build('-r', 'c');
      expect(resumed.stderr).toContain(`${path} was a folder and is removed.`);
      expect(resumed.code).toBe(0);
      expect(project.ran()).toEqual(['c', 'd']);
    },
  );
});

describe('A pipe in the place of a file of the area', () => {
  it.each(['.slipway/lock', '.slipway/checkpoints/b.json', '.slipway/snapshots/.live-stamps', '.step_b', 'logs'])(
    'never makes a command wait when it is %s',
    async (name) => {
      const place = join(project.area, name);
      const path =
        name === 'logs' ? join(place, readdirSync(place).find((one) => one.endsWith('.jsonl')) ?? '') : place;
      rmSync(path, { force: true });
      runTool('mkfifo', path);
      for (const command of ['status', 'checkpoints', 'plan', 'prune', 'support'])
        expect(await project.run(command, 'manifest.xml')).toMatchObject({ code: 0 });
      expect((await project.build('-R')).stderr).not.toContain('defect');
      expect(await project.build()).toMatchObject({ code: 0 });
    },
  );

  it('is a damaged checkpoint when it is an index', async () => {
    const name = readdirSync(store()).find((one) => one.endsWith('step_b')) ?? '';
    rmSync(join(store(), name));
    runTool('mkfifo', join(store(), name));
    expect((await project.run('checkpoints', 'manifest.xml')).stdout).toMatch(/^b .* damaged: its index is damaged$/m);
    expect(await project.build('-r', 'c')).toMatchObject({ code: 0 });
  });
});
