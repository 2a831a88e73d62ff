// `build --variant` and `--variants`: outcomes, exit statuses, lines of their own, and the line of the manifest itself.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LinesAnswer } from '../../../src-shared/engine-answers/lines';
import { variantEvent, type VariantEvent } from '../../../src-shared/engine-answers/variants';
import { finished, says, TestProject } from '../../support/engine';

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  write('1');
  mkdirSync(join(project.folder, 'variants'));
  variant('de', '<set key="b" value="de"/>');
  variant('fr', '<set key="b" value="fr"/>');
});
afterEach(() => project.dispose());

/** Each step adds its value to the image; a step whose value is `fail` fails, and one with `wait` waits for a file. */
function write(a: string): void {
  project.write({
    steps: ['a', 'b', 'c'].map((name) => ({
      name,
      body: `v=$(ManifestRead -k "$1" ${name})\necho "${name} $v" >>"$2/made"\necho "$v" >"$5/${name}.img"\n[ "$v" != fail ] || exit 1\n[ "$v" != wait ] || { echo waiting >&2; while [ ! -e ${project.folder}/go ]; do sleep 0.05; done; }`,
    })),
    pairs: { a, b: '1', c: '1' },
  });
}

const variant = (name: string, changes: string): void =>
  writeFileSync(join(project.folder, 'variants', `${name}.xml`), `<variant>${changes}</variant>`);
const lines = async (): Promise<LinesAnswer['lines']> => ((await project.json('lines')) as LinesAnswer).lines;
const owners = async (): Promise<(string | null | undefined)[]> =>
  (await lines()).map(({ variant: owner }) => owner ?? null).sort();
const active = async (): Promise<string | undefined> => (await lines()).find((line) => line.active)?.name;
const made = (): string => project.read('build_data/pkg_image/made').replaceAll('\n', ',');

async function events(...options: string[]): Promise<{ code: number | null; events: VariantEvent[] }> {
  const { code, stdout } = await project.build('--json', ...options);
  const all = stdout.split('\n').filter(Boolean);
  return { code, events: all.map((line) => variantEvent.parse(JSON.parse(line))) };
}

const finishedOf = (all: readonly VariantEvent[]) =>
  all.flatMap((event) =>
    event.kind === 'finished' ? [[event.variant, event.outcome, event.steps, event.message]] : [],
  );

it('A variant that fails stops no other one, and the next build runs only what is red.', async () => {
  variant('bad', '<set key="b" value="fail"/>');
  variant('broken', '<package remove="gone"/>');
  const { code, events: first } = await events('--variants');
  expect(code).toBe(1);
  expect(finishedOf(first)).toEqual([
    ['bad', 'failed', ['a', 'b'], 'b failed'],
    ['broken', 'refused', [], expect.stringContaining('The manifest does not install `gone`.')],
    ['de', 'done', ['b', 'c'], null],
    ['fr', 'done', ['b', 'c'], null],
  ]);
  expect(first.at(-1)).toEqual({ kind: 'end', code: 1 });
  variant('bad', '<set key="b" value="good"/>');
  variant('broken', '');
  project.ran();
  const again = await events('--variants');
  expect([again.code, finishedOf(again.events).map(([name, outcome]) => [name, outcome])]).toEqual([
    0,
    [
      ['bad', 'done'],
      ['broken', 'done'],
      ['de', 'current'],
      ['fr', 'current'],
    ],
  ]);
  expect(project.ran()).toEqual(['b', 'c', 'b', 'c']);
  expect(await owners()).toEqual(['bad', 'broken', 'de', 'fr']);
});

it('Named variants are built in their order, each once.', async () => {
  const { code, events: all } = await events('--variant', 'fr', '--variant', 'de', '--variant=fr');
  expect([code, finishedOf(all).map(([name]) => name)]).toEqual([0, ['fr', 'de']]);
});

it('The journal names the variant, and shared steps have one run only.', async () => {
  await project.build('--variants');
  const { stdout } = await project.run('follow', '--json', 'manifest.xml');
  expect(stdout).toContain('"variant":"fr"');
  expect(project.ran()).toEqual(['a', 'b', 'c', 'b', 'c']);
});

describe('the line of the manifest itself', () => {
  it('is never changed by a variant, and has the build data after several variants.', async () => {
    await project.build();
    const before = made();
    await project.build('--variants');
    expect([await active(), made(), await owners()]).toEqual(['main', before, ['de', 'fr', null]]);
    expect((await project.build('--continue', '--detailed-exit')).code).toBe(3);
  });

  it('is kept, and so is the line of a variant, whatever is built next.', async () => {
    await project.build();
    await project.build('--variant', 'de');
    expect([await active(), made()]).toEqual(['de', 'a 1,b de,c 1,']);
    // A plain build discards the checkpoints of its own line only.
    expect((await project.build()).code).toBe(0);
    expect([made(), await owners()]).toEqual(['a 1,b 1,c 1,', ['de', null, null]]);
    await project.build('--variant', 'de');
    expect([await active(), made()]).toEqual(['de', 'a 1,b de,c 1,']);
    await project.build('-r', 'b');
    expect([made(), (await owners()).includes('de')]).toEqual(['a 1,b 1,c 1,', true]);
  });
});

it('A new image of a variant replaces its earlier line; a pinned one and `--fork` keep it.', async () => {
  await project.build('--variants');
  variant('de', '<set key="b" value="at"/>');
  await project.build('--variants');
  expect(await owners()).toEqual(['de', 'fr']);
  expect((await lines()).map(({ name }) => name).sort()).toEqual(['de', 'fr']);
  variant('de', '<set key="b" value="ch"/>');
  await project.build('--variants', '--fork');
  expect(await owners()).toEqual(['de', 'de', 'fr']);
  const old = (await lines()).filter((line) => line.variant === 'de').at(-1)?.id ?? '';
  await project.run('line', 'pin', 'manifest.xml', old);
  await project.build('--variant', 'fr');
  variant('de', '<set key="b" value="li"/>');
  await project.build('--variant', 'de');
  const own = (await lines()).filter((line) => line.variant === 'de');
  expect([own.length, own.map(({ id }) => id).includes(old)]).toEqual([2, true]);
});

it('A failed build of a variant leaves its last image.', async () => {
  await project.build('--variants');
  variant('de', '<set key="b" value="fail"/>');
  await project.build('--variant', 'fr');
  await project.build('--variant', 'de');
  await project.build('--variant', 'fr');
  await project.build('--variant', 'de');
  const own = (await lines()).filter((line) => line.variant === 'de');
  // The last image, and the last failure.
  expect(own).toHaveLength(2);
  variant('de', '<set key="b" value="de"/>');
  project.ran();
  expect([(await project.build('--variant', 'de')).code, project.ran()]).toEqual([0, []]);
});

it('A signal ends the build, and the ones that are left do not begin.', async () => {
  variant('de', '<set key="b" value="wait"/>');
  const build = project.start('distro_const', ['build', '--variants', 'manifest.xml']);
  await says(build, /waiting/);
  build.kill('SIGTERM');
  const { code, stderr } = await finished(build);
  expect([code, project.ran()]).toEqual([143, ['a', 'b']]);
  expect(stderr).toMatch(/de {2}cancelled.*\n {2}fr {2}not begun\n$/);
});

it('A pause ends the build at a checkpoint, and the same command goes on.', async () => {
  variant('de', '<set key="a" value="wait"/>');
  const build = project.start('distro_const', ['build', '--json', '--variants', 'manifest.xml']);
  await says(build, /waiting/);
  expect((await project.run('pause', 'manifest.xml', 'b')).code).toBe(0);
  project.file('go', '');
  const { code, stdout } = await finished(build);
  expect(code).toBe(0);
  expect(stdout).toContain('"outcome":"paused"');
  expect(stdout).not.toContain('"variant":"fr"');
  expect((await project.build('--variants')).code).toBe(0);
  expect(project.ran()).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
});

it('An area that another build holds refuses each variant with the reason.', async () => {
  write('wait');
  const build = project.start('distro_const', ['build', 'manifest.xml']);
  await says(build, /waiting/);
  const { code, events: all } = await events('--variants');
  expect([code, finishedOf(all).map(([, outcome]) => outcome)]).toEqual([1, ['refused', 'refused']]);
  build.kill('SIGTERM');
  await finished(build);
});

it.each([
  [['--variants', '-r', 'b'], 2],
  [['--variant', 'de', '-R'], 2],
  [['--variant', 'de', '-l'], 2],
  [['--variants', '--variant', 'de'], 2],
  [['--variants', '--json', '-d'], 2],
  [['--json'], 2],
  [['--variant', 'nn'], 1],
  [['--variant'], 2],
])('build %j is refused with status %i before anything is changed.', async (options, status) => {
  const { code } = await project.build(...options);
  expect([code, project.ran(), existsSync(project.area)]).toEqual([status, [], false]);
});

it('A manifest without checkpoints, and one without variants, are refused with the reason.', async () => {
  const off = readFileSync(join(project.folder, 'manifest.xml'), 'utf8').replace(
    '>true</checkpoint',
    '>false</checkpoint',
  );
  project.file('off.xml', off);
  const { code, stderr } = await project.run('build', '--variants', 'off.xml');
  expect([code, stderr]).toEqual([1, expect.stringContaining('Variants share checkpoints')]);
  mkdirSync(join(project.folder, 'other'));
  project.file('other/manifest.xml', readFileSync(join(project.folder, 'manifest.xml')));
  const none = await project.run('build', '--variants', 'other/manifest.xml');
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('has no variants')]);
});
