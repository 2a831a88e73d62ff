// Locked packages: real apt-get, and packages of dpkg-deb in a signed repository on loopback.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockAnswer, type LockAnswer } from '../../../src-shared/engine-answers/lock';
import { pruneAnswer } from '../../../src-shared/engine-answers/prune';
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
    private readonly debs: readonly DebFile[],
    more: readonly string[],
    readonly host = new TestHostApt().write('sources.list', sourceOf(archive)),
  ) {
    super(host, ['tool'], { more, base: [META, 'busybox-static'] });
    this.publish('1.0');
  }

  static async create(more: readonly string[] = []): Promise<LockProject> {
    const debs = [meta(), kernel(), busybox(), debFile('tool', '1.0'), debFile('tool', '2.0')];
    return new LockProject(await serveDebs({}, ...debs), debs, more);
  }

  /** Lists this version of the tool in the archive, which has the files of both. */
  publish(tool: string): void {
    this.archive.publish(
      this.debs.map(({ entry }) => entry).filter(({ name, version }) => name !== 'tool' || version === tool),
    );
  }

  get lock(): string {
    return join(this.folder, 'manifest.lock');
  }

  /** Runs `lock`, which has to succeed. */
  async locked(...options: string[]): Promise<LockAnswer> {
    return lockAnswer.parse(await this.json('lock', ...options));
  }

  /** The package files that a prune would remove, or removes. */
  async pruned(...options: string[]): Promise<string[]> {
    const { packages } = pruneAnswer.parse(await this.json('prune', '--packages', ...options));
    return (packages ?? []).map(({ name }) => name);
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
      project.publish('2.0');
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
    project.name([META, 'busybox-static', 'tool', 'other']);
    for (const command of ['validate', 'plan', 'build']) {
      const ran = await project.run(command, 'manifest.xml');
      expect(ran.code).toBe(1);
      const place = /manifest\.xml:\d+:\d+: error: The manifest names the package other, which manifest\.lock does not/;
      expect(ran.stdout + ran.stderr).toMatch(place);
    }
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
    const reasons = async (): Promise<string> => (await project.run('checkpoints', 'manifest.xml')).stdout;
    expect((await project.build()).code).toBe(0);
    expect(await reasons()).not.toContain('manifest.lock');
    await project.locked();
    expect(await reasons()).toMatch(/stale.*manifest\.lock/);
    expect((await project.build()).code).toBe(0);
    project.publish('2.0');
    const { code, stdout } = await project.run('lock', '--update', 'manifest.xml');
    expect(code).toBe(0);
    expect(stdout).toContain('tool  1.0 -> 2.0');
    expect(stdout).toContain('A build then runs again: im-pop, later');
    expect(stdout).toContain('Nothing was written.');
    expect(project.text()).toContain('package tool all 1.0 ');
    expect(await reasons()).not.toContain('manifest.lock');
    project.file('manifest.lock', project.text().replace('slipway-lock 1', 'slipway-lock 1\n# edited'));
    expect(await reasons()).toMatch(/stale.*manifest\.lock.*content has changed/);
  });

  it('are replaced by an accepted update, which marks security updates, and a lock without a change stays as it is', async () => {
    const project = await LockProject.create();
    await project.locked();
    const first = project.text();
    expect(await project.locked('--update', '--yes')).toMatchObject({ written: false, changed: [], stale: [] });
    expect(project.text()).toBe(first);
    const security = await serveDebs({ suite: 'test-security' }, debFile('tool', '1.5'));
    project.host.write('sources.list', sourceOf(project.archive), sourceOf(security));
    const listed = await project.locked('--update');
    const changed = [{ name: 'tool', before: '1.0', after: '1.5', security: true }];
    expect(listed).toMatchObject({ written: false, fetched: 0, changed, stale: ['im-pop'] });
    expect(project.text()).toBe(first);
    expect(await project.locked('--update', '--yes')).toMatchObject({ written: true, fetched: 1, changed });
    expect(project.text()).toContain(`${security.url}/pool/tool_1.5_all.deb`);
    expect(await project.built()).toMatchObject({ tool: '1.5' });
  });

  it('stop every command with line and column when their file is damaged', async () => {
    const project = await LockProject.create();
    await project.locked();
    project.file('manifest.lock', project.text().replaceAll('\n', '\r\n'));
    for (const command of [['build'], ['lock'], ['lock', '--update']]) {
      const { code, stderr } = await project.run(...command, 'manifest.xml');
      expect(code).toBe(1);
      expect(stderr).toContain(`${project.lock}:1:15: the lock is damaged: the line has a carriage return`);
      expect(stderr).toContain('.gitattributes');
    }
  });

  it('are fetched again where a stored file is damaged, and an archive with another file is refused', async () => {
    const project = await LockProject.create();
    await project.locked();
    const sum = / ([0-9a-f]{64}) \S+tool_1/.exec(project.text())?.[1] ?? '';
    const stored = join(project.folder, 'cache/slipway/packages', sum.slice(0, 2), `${sum}.deb`);
    writeFileSync(stored, 'damaged');
    expect(await project.locked()).toMatchObject({ fetched: 1 });
    expect(await project.built()).toMatchObject({ tool: '1.0' });
    rmSync(stored);
    rmSync(project.area, { recursive: true });
    project.file(
      'manifest.lock',
      project.text().replace(`${project.archive.url}/pool/tool_1.0`, `${project.archive.url}/pool/tool_2.0`),
    );
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toContain('Packages of the lock cannot be fetched');
    expect(stderr).toMatch(/Hash Sum mismatch|unexpected size/);
  });

  it('keep their files until a prune, which leaves those of present locks', async () => {
    const project = await LockProject.create();
    await project.locked();
    expect(await project.pruned()).toEqual([]);
    project.publish('2.0');
    await project.locked('--update', '--yes');
    expect(await project.pruned('--older-than', '1d')).toEqual([]);
    expect(await project.pruned('--keep-last', '1')).toEqual([]);
    expect(await project.pruned()).toEqual(['tool 1.0']);
    expect(await project.pruned('--to-size', '1', '--yes')).toEqual(['tool 1.0']);
    expect(await project.pruned()).toEqual([]);
    project.archive.stop();
    expect(await project.built()).toMatchObject({ tool: '2.0', 'busybox-static': '1.0' });
  });
});
