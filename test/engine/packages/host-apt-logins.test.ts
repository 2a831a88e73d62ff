// Logins of the host's APT: real apt-get, signed repositories and a proxy on loopback.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateAnswer } from '../../../src-shared/engine-answers/validate';
import { AptRepository } from '../../support/apt-repository';
import { TestHostApt } from '../../support/host-apt';
import { HttpProxy } from '../../support/http-proxy';
import { BASE, BASE_VERSIONS, HostProject, canUseApt, filesBelow, planOfStep, sourceOf } from './host-project';

describe.skipIf(!canUseApt)('the APT configuration of the build host', () => {
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

  it.each(['', 'user:wrong@'])('is not to blame where the proxy refuses its login %j', async (login) => {
    const main = await AptRepository.serve([...BASE]);
    const proxy = await HttpProxy.serve({}, 'user:secret');
    const host = new TestHostApt()
      .write('sources.list', sourceOf(main))
      .write('apt.conf.d/proxy', `Acquire::http::Proxy "${proxy.url.replace('//', `//${login}`)}";`);
    const { hint } = await new HostProject(host, ['libc6']).failure('catalogue', 'manifest.xml');
    expect(hint).toMatch(/^The login of the proxy is wrong or missing\. .*Acquire::http::Proxy.*http_proxy/);
    expect(hint).not.toContain('auth.conf');
  });
});
