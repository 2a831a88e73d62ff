// Debian repositories through the host's own APT: real apt-get and gpgv, against signed repositories on loopback.
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { catalogueAnswer } from '../../../src-shared/engine-answers/packages';
import { validateAnswer } from '../../../src-shared/engine-answers/validate';
import { readCatalogue } from '../../../src-shared/packages/catalogue';
import { sizesOf } from '../../../src-shared/packages/costs';
import { AptRepository, Signer, type TestPackage } from '../../support/apt-repository';
import { hasTool } from '../../support/run-tool';
import { PackagesProject } from './packages-project';

const BASE: TestPackage = { name: 'base-files', essential: true, installed: 10 };
const EDITORS: readonly TestPackage[] = [
  BASE,
  { name: 'vim', depends: 'vim-common (= 1.0), libc6', installed: 300, size: 90 },
  { name: 'vim-common', installed: 200, summary: 'Common files of vim' },
  { name: 'nano', depends: 'libc6', provides: 'editor' },
  { name: 'ed', provides: 'editor' },
  { name: 'libc6', installed: 1000 },
  { name: 'mawk', provides: 'awk' },
];

const lacksApt = !hasTool('apt-get') || !hasTool('gpg');

describe.skipIf(lacksApt)('a Debian repository', () => {
  it('has a fetched catalogue that is available without a network', async () => {
    const repository = await AptRepository.serve(EDITORS);
    const project = new PackagesProject(repository.source, []);
    const first = await project.catalogue();
    expect(first).toMatchObject({ kind: 'apt', count: 7, repositories: [{ name: `${repository.url} test` }] });
    expect(Date.now() - Date.parse(first.repositories[0]?.dated ?? '')).toBeLessThan(600_000);
    const entries = readCatalogue(readFileSync(first.file, 'utf8'));
    expect(entries.find(({ name }) => name === 'vim')).toEqual({
      name: 'vim',
      version: '1.0',
      section: 'misc',
      summary: 'The package vim',
      installedSize: 300 * 1024,
      downloadSize: 90,
      provides: [],
    });
    repository.stop();
    expect(await project.catalogue()).toEqual(first);
    expect((await project.ask('search', 'manifest.xml', 'common')).stdout).toMatch(
      /^vim-common +200\.0 KiB +Common files of vim\n$/,
    );
  });

  it('has names that are checked by the kept catalogue, and by APT where there is none', async () => {
    const repository = await AptRepository.serve(EDITORS);
    const project = new PackagesProject(repository.source, ['vim', 'libc6:amd64', 'awk', 'nanoo', 'task^']);
    const unknown = async () => {
      const { stdout } = await project.ask('validate', '--json', 'manifest.xml');
      const { problems } = validateAnswer.parse(JSON.parse(stdout));
      return problems.map(({ message }) => message).filter((message) => /has a package/.test(message));
    };
    const { file } = await project.catalogue();
    const wrong = await unknown();
    expect(wrong).toEqual(['nanoo: No repository has a package nanoo.']);
    const before = project.env['PATH'];
    writeFileSync(join(project.folder, 'apt-cache'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    project.env['PATH'] = `${project.folder}:${before}`;
    expect(await unknown()).toEqual(wrong);
    project.env['PATH'] = before;
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -1));
    expect(await unknown()).toEqual(wrong);
    rmSync(file);
    expect(await unknown()).toEqual(wrong);
  });

  it('has one catalogue for windows that fetch it at the same time', async () => {
    const repository = await AptRepository.serve(EDITORS);
    const project = new PackagesProject(repository.source, []);
    const fetch = () => project.ask('catalogue', '--json', '--refresh', 'manifest.xml');
    const answers = await Promise.all([fetch(), fetch(), fetch(), fetch()]);
    expect(answers.map(({ stdout }) => JSON.parse(stdout) as unknown)).toMatchObject(
      answers.map(() => ({ kind: 'apt', count: 7 })),
    );
    // Fetches that waited use the lists of the first one, unless they were started after it.
    const fetched = answers.map(({ stdout }) => catalogueAnswer.parse(JSON.parse(stdout)).fetched);
    expect(new Set(fetched).size).toBeLessThan(answers.length);
  });

  it('has a catalogue that is removed after two months without a request', async () => {
    const repository = await AptRepository.serve([BASE]);
    const project = new PackagesProject(repository.source, []);
    const { file } = await project.catalogue();
    const old = join(dirname(file), '../apt-old');
    const recent = join(dirname(file), '../apt-recent');
    const days = (count: number): Date => new Date(Date.now() - count * 24 * 60 * 60 * 1000);
    for (const [folder, date] of [
      [old, days(61)],
      [recent, days(59)],
      [dirname(file), days(70)],
    ] as const) {
      mkdirSync(folder, { recursive: true });
      utimesSync(folder, date, date);
    }
    await project.catalogue();
    expect([old, recent, file].map((path) => existsSync(path))).toEqual([false, true, true]);
  });

  it('resolves a list to the packages that it brings with it, and why', async () => {
    const repository = await AptRepository.serve(EDITORS);
    const { packages, problems } = await new PackagesProject(repository.source, ['vim', 'nano', 'awk']).resolve();
    expect(problems).toEqual([]);
    const byName = [...packages].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName.map(({ name, why, needs }) => [name, why, needs])).toEqual([
      ['base-files', 'base', []],
      ['libc6', 'pulled', []],
      ['mawk', 'named', []],
      ['nano', 'named', ['libc6']],
      ['vim', 'named', ['vim-common', 'libc6']],
      ['vim-common', 'pulled', []],
    ]);
    expect(packages.find(({ name }) => name === 'mawk')?.entry).toBe('awk');
    const { costs, shared, base } = sizesOf(packages);
    expect(costs[0]).toEqual({ entry: 'vim', names: ['vim'], own: ['vim', 'vim-common'], ownBytes: 500 * 1024 });
    expect([shared, base]).toEqual([1000 * 1024, 10 * 1024]);
  });

  it('blames each entry that cannot be installed, and resolves the others', async () => {
    const repository = await AptRepository.serve([
      ...EDITORS,
      { name: 'postfix', conflicts: 'exim' },
      { name: 'exim' },
      { name: 'broken', depends: 'nowhere' },
    ]);
    const list = ['nanoo', 'postfix', 'exim', 'editor', 'nano=7', 'broken', 'vim'];
    const project = new PackagesProject(repository.source, list);
    const { packages, problems } = await project.resolve();
    expect(problems.map(({ name, kind, instead }) => [name, kind, instead])).toEqual([
      ['nanoo', 'unknown', ['nano']],
      ['editor', 'virtual', ['ed', 'nano']],
      ['nano=7', 'unknown', ['nano']],
      ['exim', 'conflict', []],
      ['broken', 'conflict', []],
    ]);
    const message = (name: string): string => problems.find((one) => one.name === name)?.message ?? '';
    expect(message('nanoo')).toBe('No repository has a package nanoo.');
    expect(message('exim')).toContain('postfix: Conflicts: exim');
    expect(message('broken')).toContain('broken: Depends: nowhere but it is not installable');
    expect(packages.filter(({ why }) => why === 'named').map(({ name }) => name)).toEqual(['postfix', 'vim']);
    const { code, stdout } = await project.ask('resolve', 'manifest.xml');
    expect(code).toBe(1);
    expect(stdout).toContain('nanoo: No repository has a package nanoo. Did you mean nano?');
  });

  it('has package names that are never executed and never taken for an option', async () => {
    const repository = await AptRepository.serve(EDITORS);
    const project = new PackagesProject(repository.source, []);
    const victim = join(project.folder, 'victim');
    const names = [`-oDpkg::Pre-Invoke::=touch ${victim}`, `$(touch ${victim})`, `; touch ${victim}`, '--help', 'vim'];
    project.install(names);
    const { packages, problems } = await project.resolve();
    expect(problems.map(({ name }) => name).sort()).toEqual(names.slice(0, 4).sort());
    expect(packages.some(({ name }) => name === 'vim')).toBe(true);
    expect(() => readFileSync(victim)).toThrow(/ENOENT/);
    expect(await project.failure('show', 'manifest.xml', '--', '--help')).toMatchObject({ code: 'missing' });
  });

  it('has complete details of each package', async () => {
    const description = ' A long\n description of it.\n .\n  * with a list';
    const repository = await AptRepository.serve([
      { ...BASE, depends: 'a | b (>= 2), c', provides: 'd (= 1)', more: description },
    ]);
    const details = await new PackagesProject(repository.source, []).show('base-files');
    expect(details).toMatchObject({
      name: 'base-files',
      summary: 'The package base-files',
      description: 'A long description of it.\n\n * with a list',
      depends: ['a | b (>= 2)', 'c'],
      provides: ['d'],
      versions: [{ version: '1.0', from: expect.stringContaining(`${repository.url} test/main`) as string }],
    });
  });

  it('resolves a list to the named packages where the image only unpacks them', async () => {
    const repository = await AptRepository.serve(EDITORS);
    const { packages, problems, notes } = await new PackagesProject(repository.source, ['vim', 'emacs'], {
      unpacks: true,
    }).resolve();
    expect(packages.map(({ name }) => name)).toEqual(['vim']);
    expect(problems).toMatchObject([{ name: 'emacs', kind: 'unknown' }]);
    expect(notes).toEqual(['The step that installs packages only unpacks the named ones, without their dependencies.']);
  });

  it('takes the text that is being edited on standard input', async () => {
    const repository = await AptRepository.serve(EDITORS);
    const project = new PackagesProject(repository.source, ['nano']);
    const text = readFileSync(join(project.folder, 'manifest.xml'), 'utf8').replace('"nano"', '"vim"');
    const input = text.replace('<distribution', '<?xml version="1.0" encoding="UTF-16"?><distribution');
    const { stdout } = await project.feed(input, 'resolve', '--stdin', 'manifest.xml');
    expect(stdout).toContain('1 named, 4 resolved');
  });
});

describe.skipIf(lacksApt)('a Debian repository that fails', () => {
  /** A project whose catalogue was fetched, and a function that then breaks the repository. */
  async function afterwards(breakIt: (repository: AptRepository) => void | Promise<void>) {
    const repository = await AptRepository.serve(EDITORS);
    const project = new PackagesProject(repository.source, ['vim']);
    const before = await project.catalogue();
    repository.publish([...EDITORS, { name: 'new' }]);
    await breakIt(repository);
    return { repository, project, before, after: await project.catalogue('--refresh') };
  }

  const broken = {
    'does not answer': [(one: AptRepository) => one.stop(), /could not be fetched: .*(refused|connect)/i],
    'breaks off in the middle of a list': [
      (one: AptRepository) => one.cutOff(/Packages/, 60),
      /not what its repository signed|could not be fetched/,
    ],
    'has another list than it signed': [
      (one: AptRepository) => one.replace(/Packages/, (content) => Buffer.concat([content, Buffer.from('x')])),
      /not what its repository signed/,
    ],
    'was changed after it was signed': [
      (one: AptRepository) =>
        one.replace(/InRelease/, (text) => Buffer.from(text.toString('utf8').replace('Suite: test', 'Suite: tset'))),
      /not signed by a key that this host trusts/,
    ],
    'is signed by another key': [
      (one: AptRepository) => {
        const stranger = new Signer();
        onTestFinished(() => stranger.dispose());
        one.publish(EDITORS, { signedBy: stranger });
      },
      /not signed by a key that this host trusts/,
    ],
  } as const;

  for (const [how, [breakIt, message]] of Object.entries(broken))
    it(`is reported when it ${how}, and the earlier catalogue stays in use`, async () => {
      const { project, before, after } = await afterwards(breakIt);
      expect(after.trouble).toMatch(message);
      expect({ ...after, trouble: undefined }).toEqual({ ...before, trouble: undefined });
      expect((await project.resolve()).packages.map(({ name }) => name).sort()).toEqual([
        'base-files',
        'libc6',
        'vim',
        'vim-common',
      ]);
    });

  it('makes the first fetch an error with what to do', async () => {
    const repository = await AptRepository.serve(EDITORS);
    repository.stop();
    const project = new PackagesProject(repository.source, ['vim']);
    for (const args of [['catalogue'], ['resolve'], ['search']] as const) {
      const failure = await project.failure(args[0], 'manifest.xml', ...(args[0] === 'search' ? ['vim'] : []));
      expect(failure.code).toBe('unreachable');
      expect(failure.message).toContain(repository.url);
      expect(failure.hint).toContain('Correct the address');
    }
  });

  it('is fetched again when it is reachable again', async () => {
    const { repository, project } = await afterwards((one) => one.cutOff(/Packages/, 60));
    repository.mend();
    const after = await project.catalogue('--refresh');
    expect(after.trouble).toBeUndefined();
    expect(after.count).toBe(8);
  });

  it('has hostile text that stays one line of text', async () => {
    const summary = '<img src=x onerror=alert(1)>\u001b]0;title\u0007\u202e\ttab';
    const repository = await AptRepository.serve([BASE, { name: 'evil', summary, more: ' \u001b[31mred' }]);
    const project = new PackagesProject(repository.source, []);
    const { file, count } = await project.catalogue();
    const entries = readCatalogue(readFileSync(file, 'utf8'));
    expect(count).toBe(2);
    const evil = entries.find(({ name }) => name === 'evil')?.summary ?? '';
    expect(evil).toContain('<img src=x onerror=alert(1)>');
    expect(evil).not.toMatch(/\p{Cc}|\u202e/u);
    const { stdout } = await project.ask('search', 'manifest.xml', 'evil');
    expect(stdout).not.toContain('\u001b');
    expect((await project.ask('show', 'manifest.xml', 'evil')).stdout).not.toContain('\u001b');
  });

  it('is an error with a sentence when it has no release, and when the cache folder is unusable', async () => {
    const project = new PackagesProject('host-apt', ['vim']);
    expect((await project.failure('catalogue', 'manifest.xml')).message).toContain('have no release test');
    writeFileSync(join(project.folder, 'cache'), 'a file');
    project.edit((manifest) => manifest.replace('url="host-apt"', 'url="http://127.0.0.1:1"'));
    expect(await project.failure('catalogue', 'manifest.xml')).toMatchObject({
      code: 'unsupported',
      hint: 'Set XDG_CACHE_HOME to a folder that this account can write to.',
    });
  });

  it('is an error where the home folder does not exist, and the folder is not made', async () => {
    const project = new PackagesProject('http://127.0.0.1:1', ['vim']);
    const home = join(project.folder, 'missing');
    for (const cache of ['', join(home, 'cache')]) {
      project.env = { ...project.env, HOME: home, XDG_CACHE_HOME: cache };
      expect(await project.failure('catalogue', 'manifest.xml')).toMatchObject({
        code: 'unsupported',
        message: `Package lists cannot be stored: the home folder ${home} does not exist.`,
        hint: 'Set XDG_CACHE_HOME to a folder that this account can write to.',
      });
    }
    expect(existsSync(home)).toBe(false);
  });
});
