import { chmodSync, chownSync, copyFileSync, existsSync, lchownSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestProject } from '../../support/engine';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

describe('a place that is no build area', () => {
  let project: TestProject;
  beforeEach(() => {
    project = new TestProject({ steps: [{ name: 'a' }] });
  });
  afterEach(() => project.dispose());

  const refused = async (area: string, because: string): Promise<void> => {
    project.write({ steps: [{ name: 'a' }], area });
    const { code, stderr } = await project.build();
    expect([code, stderr]).toEqual([1, expect.stringContaining(because)]);
    expect(project.ran()).toEqual([]);
    expect(existsSync(join(area, '.slipway'))).toBe(false);
  };

  it.each([
    ['/', 'is the root folder'],
    ['/etc/slipway-test', 'in a folder of the system'],
    ['/var/lib', 'a folder of the system'],
    ['/tmp/../usr/lib/x', 'in a folder of the system'],
  ])('is refused with a sentence when it belongs to the system: %s', (area, because) => refused(area, because));

  it('is refused with a sentence when it is a home folder, also through a link', async () => {
    const home = join(project.folder, 'home');
    mkdirSync(home);
    project.env.HOME = home;
    symlinkSync(home, join(project.folder, 'link'));
    await refused(home, 'is a home folder');
    await refused(join(project.folder, 'link'), 'is a home folder');
  });

  it('is refused with a sentence when it contains the manifest', async () => {
    await refused(project.folder, 'contains the manifest');
    symlinkSync(project.folder, join(project.folder, 'link'));
    await refused(join(project.folder, 'link'), 'contains the manifest');
  });

  describe.skipIf(!isRoot)(`for root${isRoot ? '' : ' (the test does not run as root)'}`, () => {
    it.each([
      ['its owner is another account', (folder: string) => chownSync(folder, NOBODY, NOBODY)],
      ['all accounts can write to it', (folder: string) => chmodSync(folder, 0o777)],
      ['a group can write to it', (folder: string) => chmodSync(folder, 0o775)],
    ])('is refused when %s', async (_, change) => {
      const folder = join(project.folder, 'shared');
      mkdirSync(folder);
      change(folder);
      await refused(join(folder, 'area'), `and could exchange what root writes there`);
      mkdirSync(join(folder, 'area'));
      await refused(join(folder, 'area'), folder);
    });

    it('is refused when another account owns a link on the way', async () => {
      mkdirSync(join(project.folder, 'real'));
      const link = join(project.folder, 'link');
      symlinkSync(join(project.folder, 'real'), link);
      lchownSync(link, NOBODY, NOBODY);
      await refused(join(link, 'area'), link);
    });

    it('is not refused in a sticky folder', async () => {
      const folder = join(project.folder, 'sticky');
      mkdirSync(folder);
      chmodSync(folder, 0o1777);
      project.write({ steps: [{ name: 'a' }], area: join(folder, 'area') });
      expect((await project.build()).code).toBe(0);
    });
  });

  it('keeps its manifest when a build from another folder names it', async () => {
    const area = join(project.folder, 'area');
    mkdirSync(join(area, 'build_data'), { recursive: true });
    const manifest = join(area, 'build_data', 'manifest.xml');
    copyFileSync(join(project.folder, 'manifest.xml'), manifest);
    const { code, stderr } = await project.run('build', '--adopt', manifest);
    expect([code, stderr, existsSync(manifest)]).toEqual([1, expect.stringContaining('contains the manifest'), true]);
  });
});
