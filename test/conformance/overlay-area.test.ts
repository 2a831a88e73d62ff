import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestProject } from '../support/engine';
import { lacksRootOr, runTool } from '../support/run-tool';

/** Why no overlay can be mounted here, or `undefined`. */
function lacksOverlay(): string | undefined {
  const lack = lacksRootOr('mount');
  if (lack !== undefined) return lack;
  try {
    new Overlay().dispose();
    return undefined;
  } catch {
    return 'this kernel mounts no overlayfs';
  }
}

/**
 * An overlay whose upper layer is on another file system, as on a live medium: files and folders have different device
 * numbers.
 */
class Overlay {
  readonly folder = mkdtempSync(join(tmpdir(), 'slipway-overlay-'));
  readonly path = join(this.folder, 'merged');

  constructor() {
    const [lower, upper] = [join(this.folder, 'lower'), join(this.folder, 'upper')];
    for (const folder of [this.path, lower, upper]) mkdirSync(folder);
    try {
      runTool('mount', '-t', 'tmpfs', 'tmpfs', upper);
      for (const name of ['up', 'work']) mkdirSync(join(upper, name));
      const layers = `lowerdir=${lower},upperdir=${upper}/up,workdir=${upper}/work`;
      runTool('mount', '-t', 'overlay', 'overlay', '-o', layers, this.path);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  dispose(): void {
    for (const path of [this.path, join(this.folder, 'upper')])
      try {
        runTool('umount', path);
      } catch {
        // It is not mounted.
      }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const lacks = lacksOverlay();

describe.skipIf(lacks !== undefined)(`An area on overlayfs${lacks === undefined ? '' : ` (${lacks})`}`, () => {
  let overlay: Overlay;
  beforeAll(() => {
    overlay = new Overlay();
  });
  afterAll(() => overlay.dispose());

  it('has checkpoints of files, hard links and folders, and resumes from them', async () => {
    const project = new TestProject({
      area: join(overlay.path, 'area'),
      steps: [
        { name: 'a', body: 'mkdir "$2/d"; echo 1 >"$2/d/one"; ln "$2/d/one" "$2/two"' },
        { name: 'b', body: 'echo 2 >>"$2/two"; rm "$2/d/one"' },
        { name: 'c' },
      ],
    });
    try {
      expect((await project.build()).stderr).toContain('Build is successful.');
      expect(project.read('build_data/pkg_image/two')).toBe('1\n2\n');
      expect(await project.run('extract', 'manifest.xml', 'b', join(project.folder, 'copy'))).toMatchObject({
        code: 0,
      });
      expect(await project.build('-r', 'b')).toMatchObject({ code: 0 });
      expect(project.read('build_data/pkg_image/two')).toBe('1\n2\n');
      expect((await project.run('checkpoints', 'manifest.xml')).stdout).toMatch(/^b .* current$[^]*^c .* current$/m);
    } finally {
      project.dispose();
    }
  });
});
