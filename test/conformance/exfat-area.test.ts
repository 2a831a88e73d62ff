import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finished, says, TestProject } from '../support/engine';
import { eventually } from '../support/eventually';
import { lacksRootOr, runTool } from '../support/run-tool';

const IMAGE_BYTES = 1 << 28;
const lacks = lacksRootOr('mkfs.exfat', 'mount.exfat-fuse', 'losetup', 'flock');

// A USB stick, or a folder that a virtual machine shares: no hard links, no modes, no owners.
describe.skipIf(lacks !== undefined)(`an area on exfat${lacks === undefined ? '' : ` (${lacks})`}`, () => {
  let folder: string;
  let device: string | undefined;
  let isMounted = false;
  const path = (): string => join(folder, 'mounted');

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-exfat-'));
    const image = join(folder, 'image');
    writeFileSync(image, '');
    truncateSync(image, IMAGE_BYTES);
    mkdirSync(path());
    runTool('mkfs.exfat', image);
    device = runTool('losetup', '--find', '--show', image).trim();
    runTool('mount.exfat-fuse', '-o', 'umask=022', device, path()); // root refuses an area that others can write
    isMounted = true;
  });
  afterAll(async () => {
    if (isMounted) await eventually(() => runTool('umount', path()));
    if (device !== undefined) runTool('losetup', '--detach', device);
    rmSync(folder, { recursive: true, force: true });
  });

  it('is held by a build, taken over from a dead one, and pruned', async () => {
    const project = new TestProject({
      area: join(path(), 'area'),
      steps: [
        { name: 'a' },
        { name: 'b', body: 'echo waiting >&2\nwhile [ ! -e "$5/go" ]; do sleep 0.02; done' },
        { name: 'c' },
      ],
    });
    try {
      const build = project.start('distro_const', ['build', 'manifest.xml']);
      const end = finished(build);
      await says(build, /waiting/);
      expect(await project.json('status')).toMatchObject({ lock: { kind: 'held' } });
      const second = await project.build();
      expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('Another build holds this build area')]);
      build.kill('SIGKILL');
      await end;
      expect(await project.json('status')).toMatchObject({ lock: { kind: 'stale' }, latestResumable: 'b' });
      expect((await project.run('prune', '--from', 'b', '--yes', 'manifest.xml')).code).toBe(0);
      expect(await project.json('status')).toMatchObject({ lock: { kind: 'free' }, latestResumable: 'a' });
      expect(readdirSync(join(project.area, '.slipway')).filter((name) => name.startsWith('lock'))).toEqual([]);
    } finally {
      project.dispose();
    }
  });

  it('is compared, although its files have no extended attributes', async () => {
    const project = new TestProject({
      area: join(path(), 'compared'),
      steps: [{ name: 'a', body: 'echo a >"$2/f"' }, { name: 'b', body: 'echo b >"$2/f"' }, { name: 'c' }],
    });
    try {
      expect((await project.build()).code).toBe(0);
      const { code, stdout } = await project.run('diff', 'manifest.xml', 'b', 'c');
      expect([code, stdout.split('\n')[0]]).toEqual([0, '~ pkg_image/f  (2 B -> 2 B; content)']);
    } finally {
      project.dispose();
    }
  });
});
