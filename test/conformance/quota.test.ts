import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestProject } from '../support/engine';
import { runTool } from '../support/run-tool';
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
});
