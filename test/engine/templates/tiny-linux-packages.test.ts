// The packages of tiny-linux: its first step, with real apt-get and signed repositories on loopback, chooses those that queries show.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AptRepository } from '../../support/apt-repository';
import { debFile, serveDebs } from '../../support/deb-file';
import { TestHostApt } from '../../support/host-apt';
import { HttpProxy } from '../../support/http-proxy';
import { lacksTool } from '../../support/run-tool';
import { busybox, kernel, KERNEL, TinyProject } from '../../support/tiny-project';

const lacks = process.arch === 'x64' ? lacksTool('apt-get', 'dpkg-deb', 'flock', 'gpg') : 'needs amd64';

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
    const second = new TinyProject(host, [], { url: `[signed-by=${archive.key}] ${archive.url}`, suite: 'own' });
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
    const project = new TinyProject(new TestHostApt(), [], {
      url: `[signed-by=${archive.key}] ${archive.url}`,
      suite: 'test',
    });
    const step = readFileSync(join(project.folder, 'scripts/im-pop'), 'utf8');
    project.file('scripts/im-pop', step.replace('\n', '\nunset SLIPWAY_ENGINE\n'));
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toContain('this distro_const cannot give it to APT');
    expect(stderr).toContain('Set the default repository to host-apt');
  });
});
