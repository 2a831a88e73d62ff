import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mediaAnswer, type Medium } from '../../../src-shared/engine-answers/media';
import { TestProject, type Ran } from '../../support/engine';

const STEPS = ['a', 'b', 'c'];

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  write();
});
afterEach(() => project.dispose());

/** Each step writes an image of its own; `c` writes one with the time of 1970, as reproducible builds do. */
function write(changed: Readonly<Record<string, string>> = {}): void {
  const clamp = 'touch -d @0 "$5/c.img"';
  project.write({
    steps: STEPS.map((name) => ({
      name,
      body: `echo ${changed[name] ?? name} >"$5/${name}.img"\n${name === 'c' ? clamp : ''}\n[ ! -e "$TMPDIR/fail-${name}" ]`,
    })),
  });
}

async function media(...args: string[]): Promise<Map<string, Medium>> {
  const answer = mediaAnswer.parse(await project.json('media', ...args));
  return new Map(answer.media.map((medium) => [medium.name, medium]));
}

const origins = async (...args: string[]): Promise<(string | null | undefined)[]> =>
  [...(await media(...args)).values()].filter(({ name }) => name !== 'log').map(({ origin }) => origin);

async function succeeds(build: Promise<Ran>): Promise<void> {
  const { code, stderr } = await build;
  if (code !== 0) throw new Error(stderr);
}

describe('the origin of images', () => {
  it('Images of one run from the beginning are clean; those of a run that resumed rest on its checkpoint.', async () => {
    await succeeds(project.build());
    expect(await origins()).toEqual(['clean', 'clean', 'clean']);
    await succeeds(project.build('-r', 'b'));
    const { stdout } = await project.run('media', 'manifest.xml');
    const found = (await media()).get('c.img');
    expect(found?.origin).toBe('resumed');
    expect(found?.restsOn).toEqual([{ step: 'b', run: expect.stringMatching(/-000001$/), at: expect.any(Number) }]);
    expect(stdout).toMatch(
      /resumed {2}c\.img\n +rests on the checkpoint before b, .*less than a day old \(run-.*-000001\)/,
    );
    await succeeds(project.build('-r', 'a'));
    expect(await origins()).toEqual(['clean', 'clean', 'clean']);
  });

  it('A build that was paused and went on is resumed, with each checkpoint at which a run began.', async () => {
    await succeeds(project.build('-p', 'b'));
    expect((await media()).get('a.img')).toMatchObject({
      origin: null,
      originUnknown: 'no finished build is recorded',
    });
    await succeeds(project.build('-r', 'b', '-p', 'c'));
    await succeeds(project.build('-R'));
    expect((await media()).get('c.img')?.restsOn?.map(({ step }) => step)).toEqual(['b', 'c']);
  });

  it('A parked line keeps the origin of its images, and another line has its own.', async () => {
    await succeeds(project.build());
    write({ c: 'other' });
    await succeeds(project.build('--fork', '-r', 'c'));
    expect([await origins(), await origins('--line', 'main')]).toEqual([
      ['resumed', 'resumed', 'resumed'],
      ['clean', 'clean', 'clean'],
    ]);
    await project.run('switch', 'manifest.xml', 'main');
    expect(await origins()).toEqual(['clean', 'clean', 'clean']);
  });

  it('A file that no step of the build wrote, or that has changed since, has no origin.', async () => {
    await succeeds(project.build());
    project.script('b', 'true');
    renameSync(join(project.area, 'media/b.img'), join(project.area, 'media/old.img'));
    await succeeds(project.build());
    writeFileSync(join(project.area, 'media/mine.img'), '');
    appendFileSync(join(project.area, 'media/a.img'), 'more');
    const found = await media();
    const reasons = ['a.img', 'c.img', 'mine.img', 'old.img'].map((name) => found.get(name)?.originUnknown);
    expect(reasons).toEqual([
      'the file has changed since the build',
      undefined,
      'the last finished build did not have this file',
      'no step of the last finished build wrote this file',
    ]);
  });

  it('A build that fails leaves no origin.', async () => {
    await succeeds(project.build());
    project.file('tmp/fail-c', '');
    expect((await project.build()).code).toBe(1);
    expect(await origins()).toEqual([null, null, null]);
  });
});
