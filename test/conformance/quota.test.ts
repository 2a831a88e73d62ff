import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bin, finished, TestProject } from '../support/engine';
import { runTool } from '../support/run-tool';
import { temporaryUser } from '../support/temp-user';
import { lacksTempFileSystem, makeTempFileSystem, type TemporaryPlace } from '../support/temp-loop';

const lacks = lacksTempFileSystem('btrfs');

describe.skipIf(lacks !== undefined)(`A build area with a quota${lacks === undefined ? '' : ` (${lacks})`}`, () => {
  let place: TemporaryPlace;
  let project: TestProject;
  beforeEach(() => {
    place = makeTempFileSystem('btrfs');
    const limited = join(place.path, 'limited');
    runTool('btrfs', 'quota', 'enable', place.path);
    runTool('btrfs', 'subvolume', 'create', limited);
    runTool('btrfs', 'qgroup', 'limit', '8M', limited);
    project = new TestProject({
      area: join(limited, 'area'),
      // The media folder is in the limited subvolume. The build data is a subvolume without a limit.
      steps: [{ name: 'a' }, { name: 'b', body: 'head -c 20000000 /dev/urandom >"$5/large"' }, { name: 'c' }],
    });
  });
  afterEach(() => {
    project.dispose();
    place.dispose();
  });

  it('is reported with the quota when it is used up, and a build resumes when space was freed', async () => {
    const failed = await project.build();
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/quota/i);
    const again = await project.build('-R');
    expect(again.code).toBe(1);
    for (const { stderr } of [failed, again]) expect(stderr).not.toMatch(/defect|Unknown system error/);
    expect((await project.run('checkpoints', 'manifest.xml')).stdout).toMatch(/^b .* current$/m);
    rmSync(join(project.area, 'media/large'));
    project.script('b');
    expect(await project.build('-R')).toMatchObject({ code: 0 });
  });

  it('is freed by a prune of an ordinary user, which may rename nothing then', async () => {
    const user = temporaryUser();
    try {
      const fill =
        'while head -c 100000 /dev/urandom >>"$2/c"; do :; done; for i in $(seq 300); do head -c 3000 /dev/urandom >"$2/c$i" || exit 3; done';
      project = new TestProject({
        area: project.area,
        steps: [
          { name: 'a', body: 'head -c 2000000 /dev/urandom >"$2/a"' },
          { name: 'b', body: 'rm "$2/a"' },
          { name: 'c', body: fill },
        ],
      });
      runTool('chmod', '755', join(place.path, '..'), place.path, project.folder);
      runTool('chown', '-R', user.name, join(place.path, 'limited'), project.folder);
      const as = (...args: string[]): ReturnType<TestProject['spawn']> =>
        project.spawn(['runuser', '-u', user.name, '--', join(bin, 'distro_const'), ...args]);
      const ended = async (...args: string[]): Promise<{ code: number | null; stderr: string }> =>
        finished(as(...args));
      expect(await ended('build', 'manifest.xml')).toMatchObject({ code: 1, stderr: expect.stringMatching(/quota/i) });
      expect(await ended('prune', '--from', 'b', '--yes', 'manifest.xml')).toMatchObject({ code: 0 });
      project.script('c');
      expect(await ended('build', 'manifest.xml')).toMatchObject({ code: 0 });
    } finally {
      user.remove();
    }
  });
});
