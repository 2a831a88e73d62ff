import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LinesAnswer } from '../../../src-shared/engine-answers/lines';
import type { PlanAnswer } from '../../../src-shared/engine-answers/plan';
import type { PruneAnswer } from '../../../src-shared/engine-answers/prune';
import { finished, says, TestProject } from '../../support/engine';

const STEPS = ['a', 'b', 'c', 'd'];

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  values({});
});
afterEach(() => project.dispose());

/** Writes a manifest with these values. Each step copies its value into the build data and into an image of its own. */
function values(changed: Readonly<Record<string, string>>): void {
  project.write({
    steps: STEPS.map((name) => ({
      name,
      body: `v=$(ManifestRead -k "$1" ${name})\necho "${name} $v" >>"$2/made"\necho "${name} $v" >"$5/${name}.img"\n[ "$v" != fail ] || exit 1\n[ "$v" != wait ] || { echo waiting >&2; sleep 60; }`,
    })),
    pairs: { ...Object.fromEntries(STEPS.map((name) => [name, '1'])), ...changed },
  });
}

const lines = async (): Promise<LinesAnswer['lines']> => ((await project.json('lines')) as LinesAnswer).lines;
const active = async (): Promise<string> => (await lines()).find((line) => line.active)?.id ?? '';
const steps = async (id: string): Promise<string[]> =>
  (await lines()).find((line) => line.id === id)?.checkpoints.map(({ step }) => step) ?? [];
const advice = async (): Promise<PlanAnswer['advice']> => ((await project.json('plan')) as PlanAnswer).advice;
const made = (): string => project.read('build_data/pkg_image/made').replaceAll('\n', ',');
const image = (name: string): string => readFileSync(join(project.area, 'media', `${name}.img`), 'utf8').trim();
const images = (): string[] => readdirSync(join(project.area, 'media')).filter((name) => name.endsWith('.img'));

describe('lines of a build area', () => {
  it('Undoing an edit makes the kept line current: it is switched to, no step runs, and its images are back.', async () => {
    await project.build();
    values({ c: '2' });
    expect(await advice()).toEqual({ kind: 'resume', line: 'main', step: 'c' });
    expect((await project.build('--continue', '--fork')).code).toBe(0);
    expect([await active(), made(), image('c')]).toEqual(['line-2', 'a 1,b 1,c 2,d 1,', 'c 2']);
    expect([await steps('main'), await steps('line-2')]).toEqual([STEPS, STEPS]);
    // The steps of these tests write a list of their runs there.
    expect((await lines()).map(({ outputs }) => outputs)).toEqual([images().length + 1, images().length + 1]);
    expect(images()).toEqual(['a.img', 'b.img', 'c.img', 'd.img']);
    project.ran();
    values({});
    expect(await advice()).toEqual({ kind: 'switch', line: 'main', step: null });
    const { code, stderr } = await project.build('--continue');
    expect([code, project.ran(), stderr]).toEqual([
      0,
      [],
      'Switched to line main, which is current. Nothing was run.\n',
    ]);
    expect([await active(), made(), image('c')]).toEqual(['main', 'a 1,b 1,c 1,d 1,', 'c 1']);
    expect(await advice()).toEqual({ kind: 'nothing', line: 'main', step: null });
  });

  it('`build --continue` exits with 0, with 3 when asked for details and nothing was to do, 1, 2 or 128 + n.', async () => {
    expect((await project.build('--continue', '--detailed-exit')).code).toBe(0);
    expect((await project.build('--continue', '--detailed-exit')).code).toBe(3);
    expect((await project.build('--continue')).code).toBe(0);
    expect(project.ran()).toEqual(STEPS);
    for (const wrong of [['-r', 'b'], ['-R'], ['-p', 'b'], ['-l']])
      expect((await project.build('--continue', ...wrong)).code).toBe(2);
    expect((await project.build('--detailed-exit')).code).toBe(2);
    values({ d: 'fail' });
    expect((await project.build('--continue', '--detailed-exit')).code).toBe(1);
    values({ d: 'wait' });
    const build = project.start('distro_const', ['build', '--continue', 'manifest.xml']);
    await says(build, /waiting/);
    build.kill('SIGTERM');
    expect((await finished(build)).code).toBe(143);
    values({});
    project.ran();
    expect((await project.build('--continue')).code).toBe(0);
    expect(project.ran()).toEqual(['d']);
  });

  it.each(['build_data', 'build_data/pkg_image', 'build_data/pkg_image/made'])(
    'A build continues from the last checkpoint after %s was removed.',
    async (removed) => {
      await project.build();
      rmSync(join(project.area, removed), { recursive: true });
      expect(await advice()).toEqual({ kind: 'resume', line: 'main', step: 'd' });
      project.ran();
      expect((await project.build('--continue', '--detailed-exit')).code).toBe(0);
      expect([project.ran(), made()]).toEqual([['d'], 'a 1,b 1,c 1,d 1,']);
    },
  );

  it('A build continues from the checkpoint of another line that saves the most steps.', async () => {
    await project.build();
    values({ b: '2' });
    await project.build('--continue', '--fork');
    values({ d: '2' });
    project.ran();
    expect(await advice()).toEqual({ kind: 'fork', line: 'main', step: 'd' });
    expect((await project.build('--continue')).code).toBe(0);
    expect([project.ran(), made(), await active()]).toEqual([['d'], 'a 1,b 1,c 1,d 2,', 'line-3']);
    expect((await lines()).map(({ id, parent }) => [id, parent])).toEqual([
      ['line-3', { line: 'main', step: 'd' }],
      ['line-2', { line: 'main', step: 'b' }],
      ['main', null],
    ]);
  });

  it('`build --line LINE -r STEP` resumes from a checkpoint of a parked line, and all lines stay.', async () => {
    await project.build();
    values({ b: '2' });
    await project.build('--fork', '-r', 'b');
    project.ran();
    const { code, stderr } = await project.build('--line', 'main', '-r', 'd');
    expect([code, project.ran(), made()]).toEqual([0, ['d'], 'a 1,b 1,c 1,d 1,']);
    expect(stderr).toContain('WARNING: The checkpoint before d is stale.');
    expect((await lines()).map(({ id, active, parent }) => [id, active, parent])).toEqual([
      ['line-3', true, { line: 'main', step: 'd' }],
      ['line-2', false, { line: 'main', step: 'b' }],
      ['main', false, null],
    ]);
    expect([await steps('main'), await steps('line-2'), await steps('line-3')]).toEqual([STEPS, STEPS, STEPS]);
  });

  it('`build --line` resumes on the line of the build data as `-r` alone, and is refused without changes otherwise.', async () => {
    await project.build();
    expect((await project.build('--line', 'main', '-r', 'c')).code).toBe(0);
    await project.build('--fork', '-r', 'b', '-p', 'c');
    project.ran();
    const before = await lines();
    for (const [status, ...options] of [
      [1, '--line', 'nowhere', '-r', 'b'],
      [1, '--line', 'line-2', '-r', 'd'],
      [1, '--line', 'main', '-r', 'z'],
      [2, '--line', 'main'],
      [2, '--line', 'main', '-R'],
      [2, '--line', 'main', '-r', 'b', '-l'],
      [2, '--line', 'main', '--continue'],
    ] as const)
      expect([options, (await project.build(...options)).code]).toEqual([options, status]);
    expect([project.ran(), await lines()]).toEqual([[], before]);
  });

  it('A line that begins for the same reason as another has a number after its name.', async () => {
    await project.build();
    for (let n = 0; n < 3; n++) await project.build('--fork', '-r', 'c');
    expect((await lines()).map(({ name }) => name)).toEqual([
      'resumed at c (3)',
      'resumed at c (2)',
      'resumed at c',
      'main',
    ]);
  });

  it('A plain resume and a plain build discard on their own line only.', async () => {
    await project.build();
    values({ c: '2' });
    await project.build('--fork', '-r', 'c');
    await project.build('-r', 'b');
    expect([await steps('main'), await steps('line-2')]).toEqual([STEPS, STEPS]);
    await project.build();
    await project.run('switch', 'manifest.xml', 'main');
    expect([made(), image('c')]).toEqual(['a 1,b 1,c 1,d 1,', 'c 1']);
    await project.build('-r', 'c');
    expect(made()).toBe('a 1,b 1,c 2,d 1,');
  });

  it('`build --fork` without a step keeps the whole line and begins an empty one.', async () => {
    await project.build();
    const { stderr } = await project.build('--fork');
    expect(stderr).toContain('The state before is kept as line main (main). The new line is built again (line-2).');
    expect([await steps('main'), await steps('line-2'), made()]).toEqual([STEPS, STEPS, 'a 1,b 1,c 1,d 1,']);
    await project.run('switch', 'manifest.xml', 'main');
    expect(made()).toBe('a 1,b 1,c 1,d 1,');
  });

  it('A line whose image was removed is built again from the step that made it.', async () => {
    await project.build();
    rmSync(join(project.area, 'media/b.img'));
    project.ran();
    expect(await advice()).toEqual({ kind: 'resume', line: 'main', step: 'b' });
    await project.build('--continue');
    expect([project.ran(), image('b')]).toEqual([['b', 'c', 'd'], 'b 1']);
  });

  it('The journal of a run names its line, and where it left another one.', async () => {
    await project.build();
    await project.build('--fork', '-r', 'c');
    const logs = join(project.area, 'logs');
    const plans = readdirSync(logs)
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .map((name) => readFileSync(join(logs, name), 'utf8').split('\n'))
      .map((records) => records.map((one) => one && JSON.parse(one)).find((one) => one.kind === 'plan'));
    expect(plans.map(({ line, parent }: { line: string; parent: unknown }) => [line, parent])).toEqual([
      ['main', null],
      ['line-2', 'main@c'],
    ]);
  });

  it('Lines are renamed, described, pinned and removed by id or name, and wrong names are refused.', async () => {
    await project.build();
    await project.build('--fork', '-r', 'c');
    const run = async (...args: string[]): Promise<number | null> => (await project.run(...args)).code;
    expect(await run('line', 'rename', 'manifest.xml', 'line-2', 'second try')).toBe(0);
    expect(await run('line', 'describe', 'manifest.xml', 'second try', 'for the fair')).toBe(0);
    expect(await run('line', 'pin', 'manifest.xml', 'main')).toBe(0);
    expect((await lines()).map(({ name, description, pinned }) => [name, description, pinned])).toEqual([
      ['second try', 'for the fair', false],
      ['main', '', true],
    ]);
    expect(await run('line', 'rename', 'manifest.xml', 'main', 'second try')).toBe(1);
    expect(await run('line', 'rename', 'manifest.xml', 'main', ' ')).toBe(2);
    expect(await run('line', 'rename', 'manifest.xml', 'main')).toBe(2);
    expect(await run('line', 'paint', 'manifest.xml', 'main')).toBe(2);
    expect(await run('line', 'remove', '--yes', 'manifest.xml', 'second try')).toBe(1); // of the build data
    expect(await run('switch', 'manifest.xml', 'none')).toBe(1);
    expect(await run('line', 'remove', 'manifest.xml', 'main')).toBe(0);
    expect((await lines()).length).toBe(2);
    expect(await run('line', 'remove', '--yes', 'manifest.xml', 'main')).toBe(0);
    expect([(await lines()).map(({ id }) => id), made()]).toEqual([['line-2'], 'a 1,b 1,c 1,d 1,']);
  });

  it('A line is not named like a later one, and names and descriptions fit into a list.', async () => {
    await project.build();
    await project.build('--fork', '-r', 'c');
    const run = async (action: string, text: string): Promise<number | null> =>
      (await project.run('line', action, 'manifest.xml', 'line-2', text)).code;
    expect(await run('rename', 'line-3')).toBe(1);
    expect(await run('rename', 'x'.repeat(101))).toBe(1);
    expect(await run('describe', 'x'.repeat(1001))).toBe(1);
    expect((await lines()).map(({ name }) => name)).toEqual(['resumed at c', 'main']);
    expect(await run('rename', 'line-2')).toBe(0);
    expect(await run('rename', 'x'.repeat(100))).toBe(0);
  });

  it('A line whose name has an @ is named with its step.', async () => {
    await project.build();
    await project.build('--fork', '-r', 'c');
    for (const name of ['me@home', '@', 'x@c']) {
      await project.run('line', 'rename', 'manifest.xml', 'main', name);
      for (const tree of [`${name}@c`, `${name}@`]) {
        const { code, stdout } = await project.run('cat', 'manifest.xml', tree, 'pkg_image/made');
        expect([tree, code, stdout]).toEqual([tree, 0, tree.endsWith('@') ? 'a 1\nb 1\nc 1\nd 1\n' : 'a 1\nb 1\n']);
      }
    }
  });

  it('A prune chooses lines by age, number and size, never pinned ones, and lists them first.', async () => {
    await project.build();
    for (let n = 0; n < 3; n++) await project.build('--fork', '-r', 'c');
    await project.run('line', 'pin', 'manifest.xml', 'main');
    const prune = async (...options: string[]): Promise<PruneAnswer> =>
      (await project.json('prune', ...options)) as PruneAnswer;
    const chosen = async (...options: string[]): Promise<string[]> =>
      (await prune(...options)).lines?.map(({ id }) => id).sort() ?? [];
    expect(await chosen('--keep-last', '1')).toHaveLength(1);
    expect(await chosen('--keep-last', '0')).toEqual(['line-2', 'line-3']);
    expect(await chosen('--older-than', '1h')).toEqual([]);
    expect(await chosen('--to-size', '0')).toEqual(['line-2', 'line-3']);
    expect(await chosen('--to-size', '40G')).toEqual([]);
    expect(await chosen('--line', 'main')).toEqual(['main']);
    for (const wrong of [
      ['--keep-last', 'x'],
      ['--older-than', '3y'],
      ['--to-size', '1Z'],
      ['--line', 'main', '--stale'],
    ])
      expect((await project.run('prune', ...wrong, 'manifest.xml')).code).toBe(2);
    expect((await lines()).length).toBe(4);
    const removed = await prune('--keep-last', '0', '--yes');
    expect(removed.removedLines?.sort()).toEqual(['line-2', 'line-3']);
    expect((await lines()).map(({ id }) => id).sort()).toEqual(['line-4', 'main']);
  });

  it('A prune of checkpoints leaves those that a kept line has too, and names the line.', async () => {
    await project.build();
    await project.build('--fork', '-r', 'c');
    const listed = (await project.json('prune', '--from', 'b', '--yes')) as PruneAnswer;
    expect([listed.removed, listed.kept]).toEqual([
      ['.step_d'],
      [
        { name: '.step_c', lines: ['main'] },
        { name: '.step_b', lines: ['main'] },
      ],
    ]);
    expect([await steps('line-2'), await steps('main')]).toEqual([['a', 'b', 'c'], STEPS]);
  });

  it('A prune by step across lines removes what only one line has, names the rest, and keeps last trees and pinned lines.', async () => {
    await project.build();
    await project.build('--fork', '-r', 'b');
    await project.build('--fork', '-r', 'c');
    const prune = async (...options: string[]): Promise<PruneAnswer> =>
      (await project.json('prune', '--from', 'b', '--all-lines', ...options)) as PruneAnswer;
    const listed = await prune();
    expect(listed.wouldRemove.map(({ name }) => name)).toEqual(['.step_d', 'main@d', 'main@c', 'line-2@d']);
    expect(listed.kept).toContainEqual({ name: 'line-2@c', lines: ['line-3'] });
    expect(listed.removed).toEqual([]);
    expect(await steps('main')).toEqual(STEPS);
    await project.run('line', 'pin', 'manifest.xml', 'line-2');
    expect((await prune('--yes')).removed).toEqual(['main@d', 'main@c', '.step_d']);
    expect([await steps('main'), await steps('line-2'), await steps('line-3')]).toEqual([
      ['a', 'b'],
      STEPS,
      ['a', 'b', 'c'],
    ]);
    expect((await project.run('prune', '--all-lines', 'manifest.xml')).code).toBe(2);
    await project.run('switch', 'manifest.xml', 'main');
    expect(made()).toBe('a 1,b 1,c 1,d 1,');
    project.ran();
    await project.build('-r', 'b');
    expect(project.ran()).toEqual(['b', 'c', 'd']);
  });

  it('A change of lines that was recorded and not begun is completed by a command that only reads.', async () => {
    await project.build();
    await project.build('--fork', '-r', 'c');
    const path = join(project.area, '.slipway/lines/lines.json');
    const file = JSON.parse(readFileSync(path, 'utf8')) as object;
    const change = { phase: 'leave', park: 'line-2', then: 'activate', from: 'main', snapshot: null };
    writeFileSync(path, JSON.stringify({ ...file, change: { ...change, becomes: 'main', removes: [] } }));
    const { code, stderr } = await project.run('status', 'manifest.xml');
    expect([code, stderr]).toEqual([0, 'An interrupted change of lines was completed.\n']);
    expect([await active(), await steps('line-2')]).toEqual(['main', STEPS]);
  });

  it('A damaged list of lines is made again from what is parked.', async () => {
    await project.build();
    await project.build('--fork', '-r', 'c');
    writeFileSync(join(project.area, '.slipway/lines/lines.json'), '{');
    expect((await lines()).map(({ id, active: isActive }) => [id, isActive])).toEqual([
      ['line-2', true],
      ['main', false],
    ]);
    expect((await project.run('switch', 'manifest.xml', 'main')).code).toBe(0);
    expect([made(), await steps('line-2'), existsSync(join(project.area, 'media/d.img'))]).toEqual([
      'a 1,b 1,c 1,d 1,',
      STEPS,
      true,
    ]);
  });
});
