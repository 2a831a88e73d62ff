// The configuration of the host's APT, as queries and steps use it: real apt-get, signed repositories and a proxy on loopback.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateAnswer } from '../../../src-shared/engine-answers/validate';
import { AptRepository, type TestPackage } from '../../support/apt-repository';
import { TestHostApt } from '../../support/host-apt';
import { HttpProxy } from '../../support/http-proxy';
import { hasTool } from '../../support/run-tool';
import { tempFolder } from '../../support/temp-folder';
import { PackagesProject } from './packages-project';

/** Without any dependency in its lists, APT fails with an internal error. */
const BASE: readonly TestPackage[] = [{ name: 'base-files', essential: true, depends: 'libc6' }, { name: 'libc6' }];
/** What every image gets. */
const BASE_VERSIONS = { 'base-files': '1.0', libc6: '1.0' };

/** A manifest that uses the host's APT, of the release `test` unless `suite` is another. */
class HostProject extends PackagesProject {
  constructor(host: TestHostApt, packages: readonly string[], source = 'host-apt', suite = 'test') {
    super(source, packages);
    this.env = { ...this.env, ...host.env };
    this.edit((manifest) => manifest.replace('key="suite" value="test"', `key="suite" value="${suite}"`));
  }

  async versions(): Promise<Record<string, string>> {
    const { packages, problems } = await this.resolve();
    expect(problems).toEqual([]);
    return Object.fromEntries(packages.map(({ name, version }) => [name, version]));
  }

  async unfollowed(): Promise<string[]> {
    return ((await this.catalogue()).unfollowed ?? []).map(({ message }) => message);
  }
}

/** A step that installs with the engine's configuration, as mmdebstrap does, and writes what APT would install to `plan`. */
const INSTALL = `
apt=$(mktemp -d)
sh "$SLIPWAY_ENGINE" apt-config "$1" "$apt" >"$5/files" || exit 1
root=$3/root
for folder in etc/apt/apt.conf.d var/lib/apt/lists/partial var/cache/apt/archives/partial var/lib/dpkg; do mkdir -p "$root/$folder"; done
: >"$root/var/lib/dpkg/status"
cp "$apt/apt.conf" "$root/etc/apt/apt.conf.d/10build-host"
cp -r "$apt/sources.list.d" "$apt/preferences.d" "$root/etc/apt/"
cp -r "$apt/." "$5/apt"
printf 'Dir "%s";\\nDir::State::status "%s/var/lib/dpkg/status";\\nAPT::Sandbox::User "";\\nApt::Install-Recommends false;\\n' "$root" "$root" >"$apt/own.conf"
export APT_CONFIG="$apt/own.conf"
apt-get update --error-on=any >&2 &&
apt-get --simulate install '?essential' $(ManifestRead "$1" img_params/packages/pkg/name) >"$5/plan"
`;

/** What the step would install: versions by name. */
async function planOfStep(project: HostProject): Promise<Record<string, string>> {
  project.script('im-pop', INSTALL);
  const { code, stderr } = await project.ask('build', 'manifest.xml');
  expect(stderr).not.toMatch(/^[EW]: /m);
  expect(code).toBe(0);
  const plan = readFileSync(join(project.area, 'media/plan'), 'utf8');
  return Object.fromEntries(
    [...plan.matchAll(/^Inst (\S+) \((\S+)/gm)].map(([, name = '', version = '']) => [name, version]),
  );
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => join(parentPath, name));

const sourceOf = (repository: AptRepository, address = repository.url, options = ''): string =>
  `deb [signed-by=${repository.key}${options}] ${address} ${repository.suite}`;

describe.skipIf(!hasTool('apt-get') || !hasTool('gpg'))('the APT configuration of the build host', () => {
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
    expect(files).toEqual(used.map((name) => join(host.folder, name)));
    expect(await project.unfollowed()).toEqual([]);
  });

  it('has proxies and logins for the step only in a file that other accounts cannot read', async () => {
    const main = await AptRepository.serve([...BASE]);
    const proxy = await HttpProxy.serve();
    const host = new TestHostApt()
      .write('sources.list', sourceOf(main))
      .write('apt.conf.d/proxy', `Acquire::http::Proxy "${proxy.url.replace('//', '//user:secret@')}";`);
    const project = new HostProject(host, ['libc6']);
    await planOfStep(project);
    const found = filesBelow(join(project.area, 'media/apt')).filter((file) =>
      readFileSync(file, 'utf8').includes('secret'),
    );
    expect(found.map((file) => [basename(file), statSync(file).mode & 0o777])).toEqual([['apt.conf', 0o600]]);
  });

  it('shows no login of an address, and keeps it in a folder that other accounts cannot read', async () => {
    const main = await AptRepository.serve([...BASE], { login: 'user:secret' });
    const host = new TestHostApt().write('sources.list', sourceOf(main).replace('//', '//user:secret@'));
    const project = new HostProject(host, ['libc6']);
    const { repositories } = await project.catalogue();
    expect(repositories.map(({ name }) => name)).toEqual([`${main.url} test`]);
    const cache = join(project.env['XDG_CACHE_HOME'] ?? '', 'slipway/catalogues');
    const readable = readdirSync(cache, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && (statSync(join(cache, entry.name)).mode & 0o077) !== 0)
      .map(({ name }) => name);
    expect(readable).toEqual([]);
  });

  it('does not answer from lists that were fetched with another login', async () => {
    const main = await AptRepository.serve([...BASE], { login: 'user:secret' });
    const host = new TestHostApt().write('sources.list', sourceOf(main).replace('//', '//user:secret@'));
    const project = new HostProject(host, ['libc6']);
    await project.catalogue();
    host.write('sources.list', sourceOf(main).replace('//', '//user:wrong@'));
    expect((await project.failure('catalogue', 'manifest.xml')).hint).toContain('refuses the request');
  });

  it('gives APT the logins of addresses in a file for this account only, and none with the sources', async () => {
    const main = await AptRepository.serve([...BASE, { name: 'nano' }], { login: 'user@corp:s@cret:word' });
    const flat = await AptRepository.serve([{ name: 'inhouse' }], { isFlat: true, login: 'token-of-mine:' });
    const other = await AptRepository.serve([{ name: 'extra' }], { login: 'third:secret3' });
    const archive = await AptRepository.serve([{ name: 'own' }], { login: 'fourth:secret4' });
    const withLogin = (url: string, login: string): string => url.replace('//', `//${login}@`);
    const host = new TestHostApt()
      .write('sources.list', sourceOf(main, withLogin(main.url, 'user@corp:s%40cret%3aword')))
      .write(
        'sources.list.d/flat.sources',
        'Types: deb',
        `URIs: ${withLogin(flat.url, 'token-of-mine')}`,
        'Suites: ./',
        `Signed-By: ${flat.key}`,
      )
      .write('sources.list.d/other.list', sourceOf(other))
      .write('auth.conf', `machine ${other.url} login third password secret3`);
    const project = new HostProject(host, ['nano', 'inhouse', 'extra', 'own']);
    const own = withLogin(archive.source, 'fourth:secret4');
    project.edit((manifest) =>
      manifest.replace(
        '</pkg_repo_default_authority>',
        `</pkg_repo_default_authority><pkg_repo_addl_authority><main url="${own}" authname="own"/></pkg_repo_addl_authority>`,
      ),
    );
    const versions = { ...BASE_VERSIONS, nano: '1.0', inhouse: '1.0', extra: '1.0', own: '1.0' };
    expect(await project.versions()).toEqual(versions);
    expect(await planOfStep(project)).toEqual(versions);
    const secret = /cret|token-of-mine|user@corp/;
    for (const folder of [join(project.area, 'media/apt'), join(project.env['XDG_CACHE_HOME'] ?? '', 'slipway')]) {
      const found = filesBelow(folder).filter((file) => secret.test(readFileSync(file, 'latin1')));
      expect(found.map((file) => [basename(file), statSync(file).mode & 0o777])).toEqual([['auth.conf', 0o600]]);
    }
    // The state file of a step is a copy of the manifest.
    const files = filesBelow(project.area).filter((file) => !basename(file).startsWith('.step_'));
    expect(files.filter((file) => secret.test(readFileSync(file, 'latin1')))).toEqual([
      join(project.area, 'media/apt/auth.conf'),
    ]);
    const { stdout, stderr } = await project.ask('doctor', 'manifest.xml');
    expect(stdout + stderr).not.toMatch(secret);
  });

  it('names the sources with a login that APT cannot get', async () => {
    const host = new TestHostApt().write(
      'sources.list',
      'deb https://me:one@example.org/debian test main',
      'deb https://me:two@example.org/debian/ test contrib',
      'deb https://me:a%20b@example.org/other test main',
    );
    const { stdout } = await new HostProject(host, ['nano']).ask('validate', '--json', 'manifest.xml');
    const { problems } = validateAnswer.parse(JSON.parse(stdout));
    const notes = problems.filter(({ code }) => code === 'repository-not-followed').map(({ message }) => message);
    expect(notes).toEqual([
      expect.stringMatching(/sources\.list line 2: its login is not used, because another source/),
      expect.stringMatching(/sources\.list line 3: its login is not used, because .* a blank/),
    ]);
  });

  it('has the logins of the host for query and step', async () => {
    const main = await AptRepository.serve([...BASE, { name: 'nano' }], { login: 'user:secret' });
    const host = new TestHostApt().write('sources.list', sourceOf(main));
    const project = new HostProject(host, ['nano']);
    const { hint } = await project.failure('catalogue', 'manifest.xml');
    expect(hint).toContain('A login is missing.');
    host.write('auth.conf.d/mirror.conf', `machine ${main.url} login user password wrong`);
    expect((await project.failure('catalogue', 'manifest.xml')).hint).toContain('refuses the request');
    host.write('auth.conf.d/mirror.conf', `machine ${main.url} login user password secret`);
    const versions = { ...BASE_VERSIONS, nano: '1.0' };
    expect(await project.versions()).toEqual(versions);
    expect(await planOfStep(project)).toEqual(versions);
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

describe.skipIf(!hasTool('apt-get') || !hasTool('gpg'))('an archive of a manifest', () => {
  it('may be written in all forms of an APT source, and query and step read it alike', async () => {
    const main = await AptRepository.serve([...BASE, { name: 'nano' }]);
    const flat = await AptRepository.serve([...BASE, { name: 'nano', version: '5' }], { isFlat: true });
    const none = new TestHostApt();
    for (const [source, version] of [
      [`[signed-by=${main.key}] ${main.url}`, '1.0'],
      [`[ arch=amd64,arm64  signed-by="${main.key}" ]  ${main.url}/`, '1.0'],
      [`[signed-by=${main.key}] ${main.url} test`, '1.0'],
      [`deb [signed-by=${main.key}] ${main.url} test main`, '1.0'],
      [`[signed-by=${flat.key}] ${flat.url} ./`, '5'],
      [`[signed-by=${main.key}] ${main.url} test main&#10;[signed-by=${flat.key}] ${flat.url} ./`, '5'],
    ] as const) {
      const project = new HostProject(none, ['nano'], source.replaceAll('"', '&quot;'));
      const expected = { ...BASE_VERSIONS, nano: version };
      expect(await project.versions(), source).toEqual(expected);
      expect(await planOfStep(project), source).toEqual(expected);
    }
  });

  it('may lie in a folder, which the step copies packages from', async () => {
    const folder = tempFolder();
    const project = new HostProject(new TestHostApt(), ['nano'], `[trusted=yes] file:${folder} ./`);
    project.script('im-pop', 'sh "$SLIPWAY_ENGINE" apt-config "$1" "$5/apt"');
    expect((await project.ask('build', 'manifest.xml')).code).toBe(0);
    expect(readFileSync(join(project.area, 'media/apt/sources.list.d/manifest.list'), 'utf8')).toBe(
      `deb [trusted=yes] copy:${folder} ./\n`,
    );
  });

  it('is used together with the sources of the host, wherever the manifest names these', async () => {
    const main = await AptRepository.serve([...BASE, { name: 'nano' }]);
    const extra = await AptRepository.serve([{ name: 'extra' }]);
    const host = new TestHostApt().write('sources.list', sourceOf(extra));
    const project = new HostProject(host, ['nano', 'extra'], main.source);
    project.edit((manifest) =>
      manifest.replace(
        '</pkg_repo_default_authority>',
        '</pkg_repo_default_authority><pkg_repo_addl_authority><main url="host-apt" authname="host"/></pkg_repo_addl_authority>',
      ),
    );
    const versions = { ...BASE_VERSIONS, nano: '1.0', extra: '1.0' };
    expect(await project.versions()).toEqual(versions);
    expect(await planOfStep(project)).toEqual(versions);
  });

  it.each([
    [
      'has no such release',
      (url: string) => `[trusted=yes] ${url} nowhere main`,
      /suite[^.]*\. For a flat repository, write \.\/ after/,
    ],
    [
      'is a folder that is not there',
      () => '[trusted=yes] file:/nowhere test main',
      /Mount the medium or comment its source out/,
    ],
    ['is malformed', () => '[trusted=yes', /Its form is: \[OPTIONS\] ADDRESS SUITE/],
    ['has an unknown kind of address', () => 'ppa:user/archive', /cannot read this kind of address/],
    ['has an unknown server', () => 'http://archive.invalid/debian', /Correct the name of the server/],
  ] as const)('that %s is an error with the cause', async (_, source, hint) => {
    const main = await AptRepository.serve([...BASE]);
    const failure = await new HostProject(new TestHostApt(), ['nano'], source(main.url)).failure(
      'catalogue',
      'manifest.xml',
    );
    expect(failure.hint).toMatch(hint);
  });

  it('of the host that cannot be fetched is an error that names its file and the proxy', async () => {
    const proxy = await HttpProxy.serve();
    const host = new TestHostApt()
      .write('sources.list.d/gone.list', 'deb http://127.0.0.1:1 test main')
      .write('apt.conf.d/proxy', `Acquire::http::Proxy "${proxy.url.replace('//', '//user:secret@')}";`);
    const { hint } = await new HostProject(host, ['nano']).failure('catalogue', 'manifest.xml');
    expect(hint).toContain(`The address is in ${host.folder}/sources.list.d/gone.list of the build host.`);
    expect(hint).toContain(`APT uses the proxy ${proxy.url}.`);
  });
});
