// The packages of tiny-linux: its first step, with real apt-get and signed repositories on loopback, chooses those that queries show.
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { resolveAnswer } from '../../../src-shared/engine-answers/packages';
import type { AptRepository } from '../../support/apt-repository';
import { debFile, serveDebs } from '../../support/deb-file';
import { TestProject } from '../../support/engine';
import { TestHostApt } from '../../support/host-apt';
import { HttpProxy } from '../../support/http-proxy';
import { root } from '../../support/markdown';
import { lacksTool } from '../../support/run-tool';

const lacks = process.arch === 'x64' ? lacksTool('apt-get', 'dpkg-deb', 'flock', 'gpg') : 'needs amd64';

const KERNEL = 'linux-image-9.9-amd64';
const kernel = () => debFile(KERNEL, '9.9', { files: { 'boot/vmlinuz-9.9-amd64': 'kernel' } });
const SHELL = '#!/bin/sh\ncase $1 in --list) echo true ;; ln) shift; ln "$@" ;; esac\n';
const busybox = (version = '1.0') => debFile('busybox-static', version, { files: { 'usr/bin/busybox': SHELL } });

/** A manifest of tiny-linux with its first step only, on a host with other APT sources than this one. */
class TinyProject extends TestProject {
  constructor(host: TestHostApt, packages: readonly string[], url = 'host-apt', suite = '') {
    super();
    onTestFinished(() => this.dispose());
    cpSync(join(root, 'resources/templates/tiny-linux'), this.folder, { recursive: true });
    this.env = { ...this.env, ...host.env, XDG_CACHE_HOME: join(this.folder, 'cache') };
    const names = [KERNEL, 'busybox-static', ...packages].map((name) => `<pkg name="${name}"/>`).join('');
    const step = '<script name="scripts/im-pop"><checkpoint name="im-pop" message="Packages"/></script>';
    this.edit((text) =>
      text
        .replace(/(<build_area>)[^<]*/, `$1${this.area}`)
        .replace(/<finalizer>.*<\/finalizer>/s, `<finalizer>${step}</finalizer>`)
        .replace(/<packages>.*<\/packages>/s, `<packages>${names}</packages>`)
        .replace('url="host-apt"', `url="${url}"`)
        .replace('<key_value_pairs>', suite === '' ? '$&' : `$&<pair key="suite" value="${suite}"/>`),
    );
  }

  /** The packages that queries show. */
  async resolved(): Promise<Record<string, string>> {
    const { stdout, stderr } = await this.run('resolve', '--json', 'manifest.xml');
    if (!stdout.startsWith('{')) throw new Error(stderr);
    const { packages, problems } = resolveAnswer.parse(JSON.parse(stdout));
    expect(problems).toEqual([]);
    return Object.fromEntries(packages.map(({ name, version }) => [name, version]));
  }

  /** Builds, and returns the packages in the image. */
  async built(): Promise<Record<string, string>> {
    const { code, stderr } = await this.build();
    if (code !== 0) throw new Error(stderr);
    const share = join(this.area, 'build_data/pkg_image/usr/share');
    return Object.fromEntries(
      readdirSync(share).map((name) => [name, readFileSync(join(share, name, 'version'), 'utf8')]),
    );
  }
}

const sourceOf = (one: AptRepository): string => `deb [signed-by=${one.key}] ${one.url} ${one.suite}`;

describe.skipIf(lacks)(`the packages of tiny-linux${lacks === undefined ? '' : ` (${lacks})`}`, () => {
  it('are those of queries on a host with a proxy, a pin, a vendor repository and a flat one', async () => {
    // The package dpkg of this host is newer: what is installed here counts neither in queries nor in the build.
    const main = await serveDebs({}, kernel(), busybox(), debFile('dpkg', '0.1'));
    const vendor = await serveDebs(
      { suite: 'stable' },
      ...['1.0', '2.0'].map((version) => debFile('pinned-tool', version)),
    );
    const flat = await serveDebs({ isFlat: true }, debFile('inhouse-tool', '3.0'));
    const proxy = await HttpProxy.serve();
    const host = new TestHostApt()
      .write('sources.list', sourceOf(main), 'deb cdrom:[Installation]/ test main')
      .write('sources.list.d/vendor.list', sourceOf(vendor))
      .write('sources.list.d/inhouse.list', sourceOf(flat))
      .write('preferences.d/pin', 'Package: pinned-tool', 'Pin: version 1.*', 'Pin-Priority: 1001')
      .write('apt.conf.d/00proxy', `Acquire::http::Proxy "${proxy.url}";`);
    const project = new TinyProject(host, ['dpkg', 'pinned-tool', 'inhouse-tool']);
    const resolved = await project.resolved();
    expect(resolved).toEqual({
      [KERNEL]: '9.9',
      'busybox-static': '1.0',
      dpkg: '0.1',
      'pinned-tool': '1.0',
      'inhouse-tool': '3.0',
    });
    proxy.requests.length = 0;
    const { [KERNEL]: _, ...others } = resolved; // of the kernel's package only the kernel itself is taken
    expect(await project.built()).toEqual(others);
    expect(proxy.requests.some((address) => address.startsWith(flat.url))).toBe(true);
    const data = join(project.area, 'build_data');
    for (const entry of readdirSync(data, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) expect(readFileSync(join(entry.parentPath, entry.name), 'latin1')).not.toContain(proxy.url);
  });

  it('come from the archive that the manifest names, whatever the host has, and lists of another one are not used', async () => {
    const hosts = await serveDebs({}, kernel(), busybox('1.0'));
    const archive = await serveDebs({ suite: 'own' }, kernel(), busybox('2.0'));
    const host = new TestHostApt().write('sources.list', sourceOf(hosts));
    const first = new TinyProject(host, []);
    expect(await first.built()).toEqual({ 'busybox-static': '1.0' });
    const second = new TinyProject(host, [], `[signed-by=${archive.key}] ${archive.url}`, 'own');
    second.env = { ...second.env, XDG_CACHE_HOME: first.env.XDG_CACHE_HOME };
    expect(await second.resolved()).toMatchObject({ 'busybox-static': '2.0' });
    expect(await second.built()).toEqual({ 'busybox-static': '2.0' });
  });

  it('are not fetched again while the lists are there', async () => {
    const archive = await serveDebs({}, kernel(), busybox());
    const project = new TinyProject(new TestHostApt().write('sources.list', sourceOf(archive)), []);
    await project.built();
    archive.requests.length = 0;
    rmSync(project.area, { recursive: true });
    expect(await project.built()).toEqual({ 'busybox-static': '1.0' });
    expect(archive.requests).toEqual([]);
  });

  it('are refused by another distro_const with the reason, where the manifest names an archive', async () => {
    const archive = await serveDebs({}, kernel(), busybox());
    const project = new TinyProject(new TestHostApt(), [], `[signed-by=${archive.key}] ${archive.url}`, 'test');
    const step = readFileSync(join(project.folder, 'scripts/im-pop'), 'utf8');
    project.file('scripts/im-pop', step.replace('\n', '\nunset SLIPWAY_ENGINE\n'));
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toContain('this distro_const cannot give it to APT');
    expect(stderr).toContain('Set the default repository to host-apt');
  });
});
