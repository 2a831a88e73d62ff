import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { releaseAnswer, releasesAnswer } from '../../../src-shared/engine-answers/release';
import { TestProject } from '../../support/engine';

let project: TestProject;
beforeEach(() => {
  project = new TestProject({
    steps: [
      { name: 'a', body: 'echo a >"$2/a"' },
      { name: 'b', body: 'cat "$2/a" >"$5/x.img"' },
    ],
  });
});
afterEach(() => project.dispose());

const SHA256 = createHash('sha256').update('a\n').digest('hex');

describe('release', () => {
  it('A clean image is released: name, SHA-256, origin and date are recorded in the build area.', async () => {
    await project.build();
    const { code, stdout } = await project.run('release', '--json', 'x.img', 'manifest.xml');
    expect(code).toBe(0);
    const release = releaseAnswer.parse(JSON.parse(stdout));
    expect(release).toMatchObject({ name: 'x.img', sha256: SHA256, size: 2, origin: 'clean', reason: null });
    expect(releasesAnswer.parse(await project.json('release', '--list')).releases).toEqual([release]);
    expect((await project.run('release', '--list', 'manifest.xml')).stdout).toContain(`${SHA256}  clean    x.img\n`);
  });

  it('A resumed image is refused with the checkpoint and what to do, and accepted with a reason, which is recorded.', async () => {
    await project.build();
    await project.build('-r', 'b');
    const refused = await project.run('release', 'x.img', 'manifest.xml');
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(
      /^x\.img is resumed and not proven: it rests on the checkpoint before b of .*, which is less than a day old\.\nRebuild it .*: distro_const prove x\.img MANIFEST\. To release it anyway, give the reason: --reason TEXT\n$/,
    );
    expect((await project.run('release', '--list', 'manifest.xml')).stdout).toBe('Nothing was released yet.\n');
    expect((await project.run('release', '--reason', ' ', 'x.img', 'manifest.xml')).code).toBe(2);
    const { code } = await project.run('release', '--reason', 'for the fair', 'x.img', 'manifest.xml');
    expect(code).toBe(0);
    const { releases } = releasesAnswer.parse(await project.json('release', '--list'));
    expect(releases).toMatchObject([{ name: 'x.img', sha256: SHA256, origin: 'resumed', reason: 'for the fair' }]);
  });

  it('An image whose origin is unknown is refused, and a file that is not there is named.', async () => {
    await project.build();
    project.script('a', 'false');
    await project.build();
    const { code, stderr } = await project.run('release', 'x.img', 'manifest.xml');
    expect([code, stderr]).toEqual([
      1,
      'The origin of x.img is unknown: no finished build is recorded.\nBuild it again. To release it anyway, give the reason: --reason TEXT\n',
    ]);
    expect((await project.run('release', 'y.img', 'manifest.xml')).stderr).toContain('There is no y.img in');
  });
});
