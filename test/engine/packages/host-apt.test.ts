// The configuration of the host's APT, as queries and steps use it: real apt-get, signed repositories and a proxy on loopback.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateAnswer } from '../../../src-shared/engine-answers/validate';
import { AptRepository } from '../../support/apt-repository';
import { TestHostApt } from '../../support/host-apt';
import { HttpProxy } from '../../support/http-proxy';
import { BASE, BASE_VERSIONS, HostProject, canUseApt, planOfStep, sourceOf } from './host-project';

describe.skipIf(!canUseApt)('the APT configuration of the build host', () => {
  it('gives query and step the same packages: with a proxy, a pin, a vendor repository and a flat one', async () => {
    const main = await AptRepository.serve([
      ...BASE,
      { name: 'vim', depends: 'libc6' },
      { name: 'nano', depends: 'libc6' },
    ]);
    const backports = await AptRepository.serve(
      [
        { name: 'nano', version: '2.0~bpo1', depends: 'libc6, nano-data' },
        { name: 'nano-data', version: '2.0~bpo1' },
        { name: 'vim', version: '9.0~bpo1' },
      ],
      { suite: 'test-backports', release: ['NotAutomatic: yes', 'ButAutomaticUpgrades: yes'] },
    );
    const vendor = await AptRepository.serve([{ name: 'vendor-agent', version: '7.1', depends: 'libc6' }], {
      suite: 'stable',
    });
    const flat = await AptRepository.serve([{ name: 'inhouse-tool', version: '3.0', depends: 'nano (>= 2)' }], {
      isFlat: true,
    });
    const proxy = await HttpProxy.serve({ 'deb.corp.example': new URL(main.url).host });
    const key = readFileSync(vendor.key, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => ` ${line === '' ? '.' : line}`);
    const host = new TestHostApt()
      .write('sources.list', sourceOf(main, 'http://deb.corp.example'), sourceOf(backports))
      .write('sources.list.d/home:user:inhouse.list', sourceOf(flat))
      .write(
        'sources.list.d/vendor.sources',
        'Types: deb deb-src',
        `URIs: ${vendor.url}`,
        'Suites:',
        ' stable',
        'Components: main',
        'Signed-By:',
        ...key,
      )
      .write(
        'preferences.d/backports-12.x.pref',
        'Package: nano nano-data',
        'Pin: release n=test-backports',
        'Pin-Priority: 990',
      )
      .write('apt.conf.d/00proxy', `Acquire { http { Proxy "${proxy.url}"; }; };`);
    const project = new HostProject(host, ['vim', 'vendor-agent', 'inhouse-tool']);
    const resolved = await project.versions();
    expect(resolved).toEqual({
      ...BASE_VERSIONS,
      vim: '1.0',
      nano: '2.0~bpo1',
      'nano-data': '2.0~bpo1',
      'vendor-agent': '7.1',
      'inhouse-tool': '3.0',
    });
    proxy.requests.length = 0;
    expect(await planOfStep(project)).toEqual(resolved);
    expect(proxy.requests).toContain('http://deb.corp.example/dists/test/InRelease');
    expect((await project.show('nano')).version).toBe('2.0~bpo1');
    const files = readFileSync(join(project.area, 'media/files'), 'utf8').trimEnd().split('\n');
    const used = [
      'sources.list',
      'sources.list.d/home:user:inhouse.list',
      'sources.list.d/vendor.sources',
      'preferences.d/backports-12.x.pref',
    ];
    const lock = join(project.folder, 'manifest.lock'); // there is none; one that appears later is an input
    expect(files).toEqual([lock, ...used.map((name) => join(host.folder, name))]);
    expect(await project.unfollowed()).toEqual([]);
  });

  it('follows a pin that forbids a package, and the default release', async () => {
    const main = await AptRepository.serve([
      ...BASE,
      { name: 'nano' },
      { name: 'tools', depends: 'snapd | nano' },
      { name: 'snapd' },
    ]);
    const next = await AptRepository.serve([{ name: 'nano', version: '2.0' }], { suite: 'next' });
    const host = new TestHostApt()
      .write('sources.list', sourceOf(main), sourceOf(next))
      .write('preferences', 'Package: snapd', 'Pin: release *', 'Pin-Priority: -1')
      .write('apt.conf.d/50release', 'APT::Default-Release "test";');
    const all = new HostProject(host, ['nano', 'tools'], 'host-apt', 'host');
    const versions = { ...BASE_VERSIONS, nano: '1.0', tools: '1.0' };
    expect(await all.versions()).toEqual(versions);
    expect(await planOfStep(all)).toEqual(versions);
    const { problems } = await new HostProject(host, ['snapd'], 'host-apt', 'host').resolve();
    expect(problems).toMatchObject([{ name: 'snapd', message: expect.stringContaining('pins of the host') as string }]);
    const other = new HostProject(host, ['nano'], 'host-apt', 'test');
    expect((await other.versions())['nano']).toBe('2.0');
    expect(await other.unfollowed()).toEqual([expect.stringContaining('APT::Default-Release "test"')]);
  });

  it('is not followed where it cannot be, and each reason names the file and the line', async () => {
    const main = await AptRepository.serve([...BASE, { name: 'nano' }]);
    const other = await AptRepository.serve([{ name: 'nano', version: '9' }], { suite: 'bullseye' });
    const host = new TestHostApt()
      .write(
        'sources.list',
        '# disk',
        'deb cdrom:[Debian 12 _Bookworm_ - DVD]/ test main',
        `${sourceOf(main)} # network`,
      )
      .write('sources.list.d/a.sources', 'Types: deb', 'URIs: cdrom:[a]/', 'Suites: test', 'Components: main')
      .write(
        'sources.list.d/b.sources',
        '',
        'Types: deb',
        `URIs: ${other.url}`,
        'Suites: bullseye bullseye-updates',
        'Components: main',
      )
      .write('sources.list.d/c.list', `deb [arch=s390x] ${main.url} test main`, `deb-src ${main.url} test main`)
      .write(
        'sources.list.d/d.sources',
        'Enabled: no',
        'Types: deb',
        'URIs: http://127.0.0.1:1',
        'Suites: test',
        'Components: main',
      )
      .write('sources.list.d/e.list.save', 'deb http://127.0.0.1:1 test main')
      .write('apt.conf.d/90lax', 'APT::Get::AllowUnauthenticated "true";');
    const project = new HostProject(host, ['nano']);
    expect(await project.versions()).toEqual({ ...BASE_VERSIONS, nano: '1.0' });
    const found = await project.unfollowed();
    expect(found.map((message) => message.replace(`${host.folder}/`, '').split(': ', 1)[0])).toEqual([
      'sources.list line 2',
      'sources.list.d/a.sources line 1',
      'sources.list.d/b.sources line 2',
      'sources.list.d/c.list line 1',
      expect.stringContaining('APT::Get::AllowUnauthenticated'),
    ]);
    expect((await project.ask('resolve', 'manifest.xml')).stdout).toContain(`not followed: ${found[0]}`);
    const { stdout } = await project.ask('validate', '--json', 'manifest.xml');
    const { problems } = validateAnswer.parse(JSON.parse(stdout));
    const notes = problems.filter(({ code }) => code === 'repository-not-followed');
    expect(notes.map(({ message }) => message)).toEqual(found);
    const { range, severity } = notes[0] ?? {};
    const manifest = readFileSync(join(project.folder, 'manifest.xml'), 'utf8');
    expect([manifest.slice(range?.start, range?.end), severity]).toEqual(['host-apt', 'warning']);
    expect(await planOfStep(project)).toEqual({ ...BASE_VERSIONS, nano: '1.0' });
  });

  it('has nothing for an image when all its sources are left out, and the error names the reasons', async () => {
    const host = new TestHostApt().write('sources.list', 'deb cdrom:[Debian 12]/ test main');
    const { message, hint } = await new HostProject(host, ['nano']).failure('resolve', 'manifest.xml');
    expect(message).toContain('have no release test');
    expect(hint).toMatch(/sources\.list line 1: a CD or DVD \(cdrom:\).*comment it out/);
  });

  it('is an error with the file when APT itself cannot read it', async () => {
    const host = new TestHostApt().write('sources.list', 'deb http://127.0.0.1:1 test main');
    host.write('apt.conf.d/10broken', 'Acquire::http::Proxy "x"');
    const { code, message } = await new HostProject(host, ['nano']).failure('resolve', 'manifest.xml');
    expect([code, message]).toEqual(['unsupported', expect.stringContaining('10broken')]);
  });

  it.each([
    ['Suites', 'Types: deb\nURIs: http://127.0.0.1:1'],
    ['URIs', 'Types: deb\nSuites: test\nComponents: main'],
    ['Types', 'URIs: http://127.0.0.1:1\nSuites: test\nComponents: main'],
  ])('is an error with the file when a stanza has no %s', async (_field, stanza) => {
    const main = await AptRepository.serve([...BASE, { name: 'nano' }]);
    const host = new TestHostApt().write('sources.list', sourceOf(main)).write('sources.list.d/vendor.sources', stanza);
    const { message, hint } = await new HostProject(host, ['nano']).failure('resolve', 'manifest.xml');
    expect(message).toContain('vendor.sources');
    expect(hint).toMatch(/Types, URIs, Suites/);
    expect(hint).toContain(`${host.folder}/sources.list.d/vendor.sources of the build host`);
  });

  it.each([
    ['no number', 'Package: nano\nPin: release *\nPin-Priority: high'],
    ['out of range', 'Package: nano\nPin: release *\nPin-Priority: 99999999'],
    ['without a package', 'Pin: release *\nPin-Priority: 990'],
  ])('is an error with the file when a pin is %s', async (_what, pin) => {
    const main = await AptRepository.serve([...BASE, { name: 'nano' }]);
    const host = new TestHostApt()
      .write('sources.list', sourceOf(main))
      .write('preferences.d/good.pref', 'Package: base-files', 'Pin: release *', 'Pin-Priority: 990')
      .write('preferences.d/broken.pref', pin);
    const project = new HostProject(host, ['nano']);
    for (const command of ['catalogue', 'resolve']) {
      const { code, message, hint } = await project.failure(command, 'manifest.xml');
      expect([code, message]).toEqual([
        'unsupported',
        expect.stringContaining(`${host.folder}/preferences.d/broken.pref`),
      ]);
      expect(message).not.toContain('good.pref');
      expect(hint).toContain('Pin-Priority');
    }
  });

  it.each([
    ['sources.list', 'deb-src http://127.0.0.1:1 test main'],
    ['sources.list.d/a.sources', 'Types: deb-src\nURIs: http://127.0.0.1:1\nSuites: test\nComponents: main'],
  ])('has nothing for an image when %s has only source code, and the error states it', async (name, source) => {
    const host = new TestHostApt().write(name, source);
    const { message, hint } = await new HostProject(host, ['nano']).failure('resolve', 'manifest.xml');
    expect(message).toContain('only source code (deb-src)');
    expect(hint).toContain('type deb');
  });

  it('uses all files, also when several have one name', async () => {
    const repositories = [
      await AptRepository.serve([...BASE, { name: 'nano' }]),
      await AptRepository.serve([{ name: 'second' }]),
      await AptRepository.serve([{ name: 'third' }]),
    ] as const;
    const host = new TestHostApt()
      .write('sources.list', sourceOf(repositories[0]))
      .write('sources.list.d/also-sources.list', sourceOf(repositories[1]))
      .write('sources.list.d/sources.list', sourceOf(repositories[2]));
    const { problems } = await new HostProject(host, ['nano', 'second', 'third']).resolve();
    expect(problems).toEqual([]);
  });

  it('uses only the packages of the architecture of the image', async () => {
    const main = await AptRepository.serve([...BASE, { name: 'nano' }]);
    const host = new TestHostApt()
      .write('sources.list', sourceOf(main, main.url, ' arch=amd64,arm64,i386,armhf,riscv64,ppc64el,s390x'))
      .write('apt.conf.d/foreign', 'APT::Architectures { "amd64"; "i386"; };');
    const { problems } = await new HostProject(host, ['nano', 'nano:i386']).resolve();
    expect(problems.map(({ name }) => name)).toEqual(process.arch === 'ia32' ? [] : ['nano:i386']);
  });
});
