// Archives that a manifest names: real apt-get and signed repositories on loopback.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AptRepository } from '../../support/apt-repository';
import { TestHostApt } from '../../support/host-apt';
import { HttpProxy } from '../../support/http-proxy';
import { tempFolder } from '../../support/temp-folder';
import { BASE, BASE_VERSIONS, HostProject, canUseApt, planOfStep, sourceOf } from './host-project';

describe.skipIf(!canUseApt)('an archive of a manifest', () => {
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
