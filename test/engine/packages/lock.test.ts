// Locked packages: real apt-get, and packages of dpkg-deb in a signed repository on loopback.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockAnswer, type LockAnswer } from '../../../src-shared/engine-answers/lock';
import type { AptRepository } from '../../support/apt-repository';
import { debFile, serveDebs, type DebFile } from '../../support/deb-file';
import { finished, type Ran } from '../../support/engine';
import { TestHostApt } from '../../support/host-apt';
import { lacksRootOr, lacksTool } from '../../support/run-tool';
import { busybox, kernel, KERNEL, TinyProject } from '../../support/tiny-project';

const lacks = process.arch === 'x64' ? lacksTool('apt-get', 'dpkg-deb', 'flock', 'gpg') : 'needs amd64';
const lacksNoNetwork = lacks ?? lacksRootOr('unshare');

const META = 'linux-image-amd64';
const meta = (): DebFile => debFile(META, '9.9', { depends: KERNEL });

const sourceOf = (one: AptRepository): string => `deb [signed-by=${one.key}] ${one.url} ${one.suite}`;

/** A project with a kernel, busybox and a tool, whose versions an archive may change. */
class LockProject extends TinyProject {
  private constructor(
    readonly archive: AptRepository,
    more: readonly string[],
  ) {
    super(new TestHostApt().write('sources.list', sourceOf(archive)), ['tool'], {
      more,
      base: [META, 'busybox-static'],
    });
  }

  static async create(more: readonly string[] = []): Promise<LockProject> {
    const archive = await serveDebs({}, ...packagesWith('1.0'));
    return new LockProject(archive, more);
  }

  get lock(): string {
    return join(this.folder, 'manifest.lock');
  }

  /** Runs `lock`, which has to succeed. */
  async locked(...options: string[]): Promise<LockAnswer> {
    return lockAnswer.parse(await this.json('lock', ...options));
  }

  /** Builds without a network. */
  offline(...options: string[]): Promise<Ran> {
    return finished(
      this.spawn(['unshare', '--net', join(this.bin, 'distro_const'), 'build', ...options, 'manifest.xml']),
    );
  }

  text(): string {
    return readFileSync(this.lock, 'utf8');
  }
}

const packagesWith = (tool: string): DebFile[] => [meta(), kernel(), busybox(), debFile('tool', tool)];

describe.skipIf(lacks)(`locked packages${lacks === undefined ? '' : ` (${lacks})`}`, () => {
  it('are written as sorted lines with version, sum and origin, and equal locks have equal bytes', async () => {
    const project = await LockProject.create();
    const { packages, fetched, written } = await project.locked();
    expect({ packages, fetched, written }).toEqual({ packages: 4, fetched: 4, written: true });
    const text = project.text();
    const lines = text.split('\n').filter((line) => line.startsWith('package '));
    expect(lines.map((line) => line.split(' ').slice(1, 4).join(' '))).toEqual([
      'busybox-static all 1.0',
      `${KERNEL} all 9.9`,
      `${META} all 9.9`,
      'tool all 1.0',
    ]);
    expect(lines[3]).toMatch(
      new RegExp(`^package tool all 1.0 [0-9a-f]{64} ${project.archive.url}/pool/tool_1.0_all.deb$`),
    );
    expect(text).toMatch(new RegExp(`^archive ${project.archive.url} test [0-9a-f]{64} 20\\d\\d-.*Z$`, 'm'));
    expect(text).not.toContain('\r');
    rmSync(project.lock);
    await project.locked();
    expect(project.text()).toBe(text);
  });

  it.skipIf(lacksNoNetwork)(
    'are what a build installs without a network, although the archive has newer ones',
    async () => {
      const project = await LockProject.create();
      await project.locked();
      const { archive } = project;
      archive.publish([...packagesWith('2.0')].map(({ entry }) => entry));
      archive.requests.length = 0;
      const { code, stderr } = await project.offline();
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(project.unpacked()).toMatchObject({ tool: '1.0', 'busybox-static': '1.0' });
      expect(archive.requests).toEqual([]);
      // Another area of the account uses the same files.
      rmSync(project.area, { recursive: true });
      expect(await project.built()).toMatchObject({ tool: '1.0' });
      expect(archive.requests).toEqual([]);
    },
  );

  it('stop a build of a changed package list before its first step, with the name of the package', async () => {
    const project = await LockProject.create();
    await project.locked();
    project.name([META, 'busybox-static']);
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toContain('manifest.lock has the package tool, which the manifest no longer names.');
    expect(stderr).toContain('distro_const lock --update');
    expect(existsSync(join(project.area, 'build_data/pkg_image/boot/vmlinuz'))).toBe(false);
  });

  it('are an error for a step that installs others', async () => {
    const project = await LockProject.create(['extra']);
    project.script(
      'extra',
      `printf 'Package: curl\\nStatus: install ok installed\\nArchitecture: all\\nVersion: 8\\n\\n' >>"$2/var/lib/dpkg/status"`,
    );
    await project.locked();
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toContain('extra: curl 8 is in the image, but not in manifest.lock.');
    expect(await project.json('status')).toMatchObject({
      runs: [{ state: 'failed', steps: [{}, { step: 'extra', outcome: 'failed' }] }],
    });
  });

  it('are an error for a step that installs without them', async () => {
    const project = await LockProject.create();
    const script = readFileSync(join(project.folder, 'scripts/im-pop'), 'utf8');
    project.file('scripts/im-pop', script.replace('\n', '\nunset SLIPWAY_LOCK\n'));
    await project.locked();
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toContain('im-pop did not use manifest.lock');
  });

  it('make the step stale when they change, with the reason', async () => {
    const project = await LockProject.create(['later']);
    project.script('later');
    await project.locked();
    expect((await project.build()).code).toBe(0);
    project.archive.publish(packagesWith('2.0').map(({ entry }) => entry));
    const { code, stdout } = await project.run('lock', '--update', 'manifest.xml');
    expect(code).toBe(0);
    expect(stdout).toContain('tool  1.0 -> 2.0');
    expect(stdout).toContain('A build then runs again: im-pop, later');
    expect(stdout).toContain('Nothing was written.');
    expect(project.text()).toContain('package tool all 1.0 ');
    const { stdout: before } = await project.run('checkpoints', 'manifest.xml');
    expect(before).not.toContain('manifest.lock');
    project.file('manifest.lock', project.text().replace('slipway-lock 1', 'slipway-lock 1\n# edited'));
    const { stdout: after } = await project.run('checkpoints', 'manifest.xml');
    expect(after).toContain('manifest.lock');
  });
});
