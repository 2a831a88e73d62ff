import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestProject } from '../../support/engine';
import { lacksRootOr, runTool } from '../../support/run-tool';

const lack = process.platform === 'linux' ? lacksRootOr('losetup') : 'needs Linux';
const ATTACH = 'truncate -s 1M "$3/img"\nlosetup -f "$3/img"';

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
});
afterEach(() => {
  for (const device of attachedIn(project.folder)) runTool('losetup', '-d', device);
  project.dispose();
});

describe.skipIf(lack !== undefined)(
  `a loop device that a step attached to a file of the build data${lack ? `: ${lack}` : ''}`,
  () => {
    it('is detached when the step has ended, and one of another file stays', async () => {
      project.file('other', new Uint8Array(1 << 20));
      runTool('losetup', '-f', join(project.folder, 'other'));
      project.write({ steps: [{ name: 'a', body: ATTACH }, { name: 'b' }] });
      const { code, stderr } = await project.build();
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/The loop device \/dev\/loop\d+ of .*\/img was still attached and was detached/);
      expect(attachedIn(project.area)).toEqual([]);
      expect(attachedIn(project.folder)).toHaveLength(1);
    });

    it('is kept with `slipway_mounts`, and a rollback is then refused with the command that detaches it', async () => {
      project.write({ steps: [{ name: 'a', body: ATTACH }, { name: 'b' }], pairs: { slipway_mounts: 'keep' } });
      expect((await project.build()).code).toBe(0);
      const [device] = attachedIn(project.area);
      const again = await project.build('-r', 'b');
      expect([again.code, again.stderr]).toEqual([1, expect.stringContaining(`Detach it: losetup -d ${device}`)]);
    });
  },
);

function attachedIn(folder: string): string[] {
  const lines = runTool('losetup', '--list', '--noheadings', '--output', 'NAME,BACK-FILE').split('\n');
  return lines.filter((line) => line.includes(`${folder}/`)).map((line) => line.split(/\s/)[0] ?? '');
}
