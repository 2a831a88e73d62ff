// Publishers that a manifest names for an address, and addresses that are archives: what `pkg` in a build would not find.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openIps } from '../../../src-engine/packages/ips/ips-source';
import type { PackageSource } from '../../../src-engine/packages/package-source';
import type { IpsOrigin } from '../../../src-engine/repositories/named';
import { validateAnswer } from '../../../src-shared/engine-answers/validate';
import { FakePkg, planOf } from '../../support/fake-pkg';
import { fullVersion, IpsPublisher, writeRepository, type Offer } from '../../support/ips-publisher';
import { tempFolder } from '../../support/temp-folder';
import { PackagesProject } from './packages-project';

const OMNIOS: Offer = {
  publisher: 'omnios',
  packages: [{ name: 'editor/vim', depends: ['system/kernel'] }, { name: 'shell/zsh' }],
};
const NIGHTLY: Offer = {
  publisher: 'on-nightly',
  packages: [{ name: 'system/kernel' }, { name: 'shell/zsh', version: '9.0' }],
};

async function fetchedFrom(...origins: readonly IpsOrigin[]): Promise<PackageSource> {
  const source = openIps(origins, tempFolder());
  await source.refresh();
  return source;
}

const namesOf = async (source: PackageSource): Promise<string[]> =>
  (await source.entries()).map(({ name, version }) => `${name} ${version.split(',', 1)[0] ?? ''}`);

/** A manifest with this address and publisher. */
function projectOf(url: string, authname: string, packages: readonly string[]): PackagesProject {
  const project = new PackagesProject(url, packages);
  project.edit((manifest) =>
    manifest.replace('<pair key="suite" value="test"/>', '').replace('authname="test"', `authname="${authname}"`),
  );
  return project;
}

describe('a repository with several publishers', () => {
  it('offers the packages of the named publishers only, as pkg in a build', async () => {
    const { url } = await IpsPublisher.serve(NIGHTLY, OMNIOS);
    const omnios = { url, publisher: 'omnios' };
    const source = await fetchedFrom(omnios);
    expect(await namesOf(source)).toEqual(['editor/vim 1.0', 'shell/zsh 1.0']);
    expect((await source.edition())?.repositories.map(({ name }) => name)).toEqual([`${url} omnios`]);
    const both = await fetchedFrom(omnios, { url, publisher: 'on-nightly' });
    expect(await namesOf(both)).toEqual(['editor/vim 1.0', 'shell/zsh 9.0', 'system/kernel 1.0']);
    expect(await namesOf(await fetchedFrom({ url, publisher: '' }))).toEqual(await namesOf(both));
  });

  it('offers the same without a list of its publishers, and from a folder', async () => {
    const depot = await IpsPublisher.serve(NIGHTLY, OMNIOS);
    depot.remove(/publisher\/0|\/(omnios|on-nightly)\//);
    const folder = tempFolder();
    writeRepository(folder, NIGHTLY, OMNIOS);
    for (const url of [depot.url, folder, `file://${folder}`])
      expect(await namesOf(await fetchedFrom({ url, publisher: 'omnios' })), url).toEqual([
        'editor/vim 1.0',
        'shell/zsh 1.0',
      ]);
  });

  it('is named in the problem of a package that only another publisher has', async () => {
    const { url } = await IpsPublisher.serve(OMNIOS, NIGHTLY);
    const source = await fetchedFrom({ url, publisher: 'omnios' });
    const { problems } = await source.resolve(['kernel', 'editor/vim', 'shell/zsh']);
    expect(problems.map(({ name, message }) => `${name}: ${message}`)).toEqual([
      `kernel: Only publisher on-nightly has system/kernel, and the manifest does not name it. Add it to the publishers, with the address ${url}.`,
      `editor/vim: editor/vim needs system/kernel, which only publisher on-nightly has, and the manifest does not name it for ${url}.`,
    ]);
  });

  it('is reported at its address when it has no publisher of the name in the manifest', async () => {
    const { url } = await IpsPublisher.serve(OMNIOS, NIGHTLY);
    const project = projectOf(url, 'openindiana.org', ['editor/vim']);
    const expected = `${url} has no publisher openindiana.org. It has omnios, on-nightly: name one of them for this address.`;
    const { unfollowed, count } = await project.catalogue();
    expect([unfollowed, count]).toEqual([[{ repository: url, severity: 'error', message: expected }], 0]);
    const resolved = await project.ask('resolve', 'manifest.xml');
    expect(resolved.code).toBe(1);
    expect(resolved.stdout).toContain(`not followed: ${expected}`);
    const { code, stdout } = await project.ask('validate', '--json', 'manifest.xml');
    expect(code).toBe(1);
    const problem = validateAnswer.parse(JSON.parse(stdout)).problems.find(({ message }) => message === expected);
    const manifest = readFileSync(join(project.folder, 'manifest.xml'), 'utf8');
    expect([problem?.severity, manifest.slice(problem?.range?.start, problem?.range?.end)]).toEqual(['error', url]);
  });

  it('is configured in pkg with the named publishers', async () => {
    const { url } = await IpsPublisher.serve(OMNIOS, NIGHTLY);
    const plan = planOf(`pkg://omnios/shell/zsh@${fullVersion()}`);
    const fake = new FakePkg(url, `echo '${plan}'`, ['omnios', 'on-nightly']);
    await (await fake.source()).resolve(['shell/zsh']);
    expect(fake.calls.slice(0, 2)).toEqual([
      'image-create -F -p omnios=URL IMAGE',
      '-R IMAGE set-publisher -p URL on-nightly',
    ]);
  });
});

describe('a pattern in a list of IPS packages', () => {
  it('means all packages that match it and can be installed', async () => {
    const { url } = await IpsPublisher.serve({
      publisher: 'test',
      packages: [
        { name: 'editor/vim' },
        { name: 'editor/nano', version: '8.0' },
        { name: 'editor/nano', version: '7.2' },
        { name: 'editor/ed', isObsolete: true },
        { name: 'shell/zsh' },
      ],
    });
    const source = await fetchedFrom({ url, publisher: 'test' });
    for (const [pattern, names] of Object.entries({
      'editor/*': ['editor/nano@8.0', 'editor/vim@1.0'],
      'pkg:/*/?sh': ['shell/zsh@1.0'],
      'pkg://test/*nano@7': ['editor/nano@7.2'],
      '*': ['editor/nano@8.0', 'editor/vim@1.0', 'shell/zsh@1.0'],
    })) {
      const { packages, problems } = await source.resolve([pattern]);
      expect(problems, pattern).toEqual([]);
      expect(packages.map(({ name, version }) => `${name}@${version.split(',', 1)[0] ?? ''}`)).toEqual(names);
      expect(packages.every(({ why, entry }) => why === 'named' && entry === pattern)).toBe(true);
    }
    const none = await source.resolve(['vi*', 'pkg://other/editor/*']);
    expect(none.problems.map(({ message }) => message)).toEqual([
      'No package matches the pattern vi*.',
      'No package matches the pattern editor/*.',
    ]);
  });
});

describe('the address of a folder', () => {
  it.each(['FILE://', 'file://localhost', 'file:'])('may begin with %s', async (scheme) => {
    const folder = tempFolder();
    writeRepository(folder, OMNIOS);
    expect(await namesOf(await fetchedFrom({ url: `${scheme}${folder}`, publisher: '' }))).toContain('editor/vim 1.0');
  });

  it('may have a wrong escape, which belongs to the name', async () => {
    const folder = join(tempFolder(), '100%zz');
    mkdirSync(folder);
    writeRepository(folder, OMNIOS);
    expect(await namesOf(await fetchedFrom({ url: `file://${folder}`, publisher: '' }))).toContain('editor/vim 1.0');
  });
});

describe('an address that is none', () => {
  it.each(['https//host/repo', 'ftp://host/repo'])('is not a fault of the network: %s', async (url) => {
    await expect(fetchedFrom({ url, publisher: '' })).rejects.toMatchObject({
      code: 'unreachable',
      hint: expect.stringMatching(/^Correct the address .*https:\/\/ or file:\/\/\//) as string,
    });
  });
});

describe('a package archive (.p5p)', () => {
  it('is an error that names it and how its packages become readable, when it is the only repository', async () => {
    const folder = tempFolder();
    for (const name of ['fix.p5p', 'archive']) {
      writeFileSync(join(folder, name), `pkg5.index.0.gz${'\0'.repeat(500)}`);
      for (const address of [join(folder, name), `file://${join(folder, name)}`]) {
        const { code, message, hint } = await projectOf(address, 'test', ['editor/vim']).failure(
          'catalogue',
          'manifest.xml',
        );
        expect([code, message]).toEqual([
          'unsupported',
          `${address} is a package archive (.p5p), whose packages cannot be listed here.`,
        ]);
        expect(hint).toContain(`pkgrecv -s ${address} -d FOLDER`);
      }
    }
  });

  it('is passed over beside a repository, and reported', async () => {
    const { url } = await IpsPublisher.serve(OMNIOS, NIGHTLY);
    const archive = `${url}/fix.p5p`;
    const source = await fetchedFrom({ url, publisher: '' }, { url: archive, publisher: 'fix' });
    expect(await namesOf(source)).toContain('editor/vim 1.0');
    expect((await source.edition())?.unfollowed).toEqual([
      { repository: archive, message: expect.stringContaining('is a package archive') },
    ]);
  });
});
