import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linesAnswer } from '../../../src-shared/engine-answers/lines';
import { mediaAnswer } from '../../../src-shared/engine-answers/media';
import { proveAnswer, type ProveAnswer } from '../../../src-shared/engine-answers/prove';
import { finished, says, TestProject, type TestStep } from '../../support/engine';

/** The steps of an image that depends on nothing else. `pack` writes it. */
const STEPS: readonly TestStep[] = [
  { name: 'base', body: 'mkdir -p "$2/etc"; echo base >"$2/etc/base"' },
  { name: 'mod', body: 'echo mod >"$2/etc/mod"' },
  { name: 'pack', body: '(cd "$2/etc" && cat *) >"$5/x.img"' },
];

let project: TestProject;
beforeEach(() => void (project = new TestProject({ steps: STEPS })));
afterEach(() => project.dispose());

async function resumed(): Promise<void> {
  expect((await project.build()).code).toBe(0);
  expect((await project.build('-r', 'mod')).code).toBe(0);
}

async function prove(...options: string[]): Promise<{ code: number | null; answer: ProveAnswer; stderr: string }> {
  const { code, stdout, stderr } = await project.run('prove', '--json', ...options, 'x.img', 'manifest.xml');
  const value: unknown = JSON.parse(stdout);
  const parsed = proveAnswer.safeParse(value);
  if (!parsed.success) throw new Error(`${stdout}\n${stderr}`);
  return { code, answer: parsed.data, stderr };
}

const origin = async (): Promise<unknown> =>
  mediaAnswer.parse(await project.json('media')).media.find(({ name }) => name === 'x.img')?.origin;
const lines = async () => linesAnswer.parse(await project.json('lines')).lines;
const parked = (): string[] =>
  readdirSync(join(project.area, '.slipway/lines'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

/** What the line of the build data has, with the inode of its image. */
function present(): unknown {
  const image = join(project.area, 'media/x.img');
  return {
    tree: readdirSync(join(project.area, 'build_data/pkg_image/etc')).map((name) =>
      project.read(`build_data/pkg_image/etc/${name}`),
    ),
    image: [readFileSync(image, 'utf8'), statSync(image).ino, statSync(image).mtimeMs],
  };
}

describe('prove', () => {
  it('A resumed image with an equal rebuild is proven, and then released; its line and its media are as before.', async () => {
    await resumed();
    const before = present();
    expect((await project.run('release', 'x.img', 'manifest.xml')).code).toBe(1);
    const { code, answer, stderr } = await prove();
    expect([code, answer.equal, answer.origin, answer.image]).toEqual([0, true, 'proven', null]);
    expect(answer.sha256).toBe(answer.rebuilt);
    expect([answer.run, answer.rebuild]).toEqual([
      expect.stringMatching(/-000002$/),
      expect.stringMatching(/-000003$/),
    ]);
    expect(answer.compared).toEqual(['mod', 'pack', null].map((step) => ({ step, differences: 0 })));
    expect(stderr).toMatch(/prove: before mod: equal\n[^]*prove: before pack: equal\n[^]*prove: the end: equal\n/);
    expect([await origin(), present(), parked()]).toEqual(['proven', before, []]);
    expect((await lines()).map(({ id, active }) => [id, active])).toEqual([['main', true]]);
    const released = await project.run('release', 'x.img', 'manifest.xml');
    expect([released.code, released.stdout]).toEqual([0, `Released x.img: proven, SHA-256 ${answer.sha256}\n`]);
    // The next resume is a new image.
    await project.build('-r', 'pack');
    expect(await origin()).toBe('resumed');
  });

  it('A rebuild that differs names the file, the step, the lines and the cause; the image stays resumed.', async () => {
    project.script('mod', 'date +%s.%N >"$2/etc/mod"');
    await resumed();
    const before = present();
    const { code, answer } = await prove();
    expect([code, answer.equal, answer.origin, answer.total]).toEqual([1, false, 'resumed', 1]);
    const [found] = answer.differences;
    expect(found).toMatchObject({
      path: 'pkg_image/etc/mod',
      change: 'changed',
      steps: ['mod'],
      rebuiltBy: 'mod',
      cause: 'time',
      line: { number: 5, text: 'date +%s.%N >"$2/etc/mod"' },
    });
    expect(found?.diff?.map((line) => line[0])).toEqual(['-', '+', ' ']);
    expect([await origin(), present(), parked()]).toEqual(['resumed', before, []]);
    const text = await project.run('prove', 'x.img', 'manifest.xml');
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(
      /^x\.img differs from a clean rebuild\.\nFirst difference: pkg_image\/etc\/mod, made by the step mod\n {2}-\d.*\n {2}\+\d/,
    );
    expect(text.stdout).toMatch(/Likely cause: It has the present time\..*\n {2}.*scripts\/mod:5: date/);
  });

  it('With --keep the rebuild stays as a line, whose trees can be read and compared.', async () => {
    project.script('mod', 'date +%N >"$2/etc/mod"');
    await resumed();
    const { answer } = await prove('--keep');
    expect((await lines()).map(({ id, name, active }) => [id, name, active])).toEqual([
      ['main', 'main', true],
      [answer.line, 'proof of x.img', false],
    ]);
    const { stdout } = await project.run('cat', 'manifest.xml', `${answer.line}@pack`, 'pkg_image/etc/mod');
    expect(stdout).not.toBe(project.read('build_data/pkg_image/etc/mod'));
  });

  it('Every failure has the status 2, and leaves line and media as they are.', async () => {
    await resumed();
    const before = present();
    const status = async (...args: string[]): Promise<number | null> => (await project.run('prove', ...args)).code;
    expect(await status()).toBe(2);
    expect(await status('--nothing', 'x.img', 'manifest.xml')).toBe(2);
    expect(await status('y.img', 'manifest.xml')).toBe(2);
    expect(await status('x.img', 'nowhere.xml')).toBe(2);
    project.script('mod', 'echo other >"$2/etc/mod"');
    const stale = await project.run('prove', 'x.img', 'manifest.xml');
    expect([stale.code, stale.stderr]).toEqual([
      2,
      expect.stringContaining('The inputs have changed since x.img was built'),
    ]);
    project.script('mod', STEPS[1]?.body);
    project.script('base', `${STEPS[0]?.body}\n[ ! -e "$TMPDIR/broken" ]`);
    await resumed();
    const again = present();
    project.file('tmp/broken', '');
    const failed = await project.run('prove', '--json', 'x.img', 'manifest.xml');
    expect([failed.code, JSON.parse(failed.stdout)]).toMatchObject([
      2,
      { failed: true, error: { code: 'step', message: expect.stringContaining('failed at the step base') } },
    ]);
    expect([present(), parked(), await origin()]).toEqual([again, [], 'resumed']);
    expect(before).toBeDefined();
  });

  it('A proof that is killed loses nothing: the next command has the line and its media back.', async () => {
    const wait = `[ ! -e "$TMPDIR/wait" ] || { echo waiting >&2; sleep 60; }`;
    project.script('mod', `${STEPS[1]?.body}\n${wait}`);
    await resumed();
    const before = present();
    project.file('tmp/wait', '');
    for (const signal of ['SIGKILL', 'SIGINT'] as const) {
      const child = project.start('distro_const', ['prove', 'x.img', 'manifest.xml']);
      await says(child, /waiting/);
      expect(existsSync(join(project.area, 'media/x.img'))).toBe(false);
      child.kill(signal);
      const { code } = await finished(child);
      expect(code).toBe(signal === 'SIGKILL' ? null : 130);
      const { stderr } = await project.run('status', 'manifest.xml');
      if (signal === 'SIGKILL') expect(stderr).toContain('An interrupted proof was ended.');
      expect([present(), parked(), await origin()]).toEqual([before, [], 'resumed']);
      expect((await lines()).map(({ id, active }) => [id, active])).toEqual([['main', true]]);
    }
  });

  it('An image can differ although all files are equal: the step that wrote it is named, with the byte.', async () => {
    project.script('pack', '{ cat "$2/etc/base"; od -An -N8 -tx8 /dev/urandom; } >"$5/x.img"');
    await resumed();
    const { code, answer } = await prove();
    expect([code, answer.total]).toEqual([1, 0]);
    expect(answer.image).toMatchObject({ step: 'pack', cause: 'random', offset: expect.any(Number) });
    expect(answer.image?.offset).toBeGreaterThanOrEqual(5);
  });
});
