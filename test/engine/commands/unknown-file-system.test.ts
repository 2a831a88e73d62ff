import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finished, TestProject } from '../../support/engine';

const hasStrace = existsSync('/usr/bin/strace');

let project: TestProject;
beforeEach(() => {
  project = new TestProject({ steps: [{ name: 'a' }] });
});
afterEach(() => project.dispose());

describe.skipIf(!hasStrace)('An area whose file system cannot be queried (skipped without strace)', () => {
  // Whichever query fails, the engine does not treat the area as another kind of place.
  it.each([
    ['EIO', 1, /input\/output error/],
    ['EIO', 2, /input\/output error/],
    ['EACCES', 1, /permission/i],
    ['EACCES', 2, /permission/i],
  ] as const)('is reported with the reason by status and by a build: %s, query %i', async (code, which, reason) => {
    expect(await project.build()).toMatchObject({ code: 0 });
    project.ran();
    const inject = `inject=statfs:error=${code}:when=${which}`;
    for (const command of ['status', 'build']) {
      const traced = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=statfs', '-e', inject];
      const failed = await finished(project.spawn([...traced, 'distro_const', command, 'manifest.xml']));
      expect(failed.code, failed.stderr).toBe(1);
      expect(failed.stderr).toMatch(reason);
      expect(failed.stderr).not.toContain('defect');
    }
    expect(project.ran()).toEqual([]);
    expect((await project.run('checkpoints', 'manifest.xml')).stdout).toMatch(/^a .* current$/m);
  });
});
