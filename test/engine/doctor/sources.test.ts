// The sources that a manifest installs from: test servers that serve repositories, and the real APT with its own test
// sources.
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { hasTool, lacksRootOr } from '../../support/run-tool';
import { DoctorProject } from './doctor-project';
import { ARCHITECTURE, PACKAGES, serve, serveFiles } from './repository-server';

const LIST = `/dists/test/main/binary-${ARCHITECTURE}/Packages`;
const RELEASE = { '/dists/test/InRelease': 'Suite: test\n' };
const suite = { suite: 'test' };
const run = promisify(execFile);

describe('a Debian repository of the manifest', () => {
  it('is fine when it has all packages, and its clock is compared', async () => {
    const url = await serveFiles({ ...RELEASE, [`${LIST}.gz`]: gzipSync(PACKAGES) });
    const answer = await new DoctorProject({ url, pairs: suite, packages: ['bash', 'nano=1', 'awk'] }).examine();
    expect(answer.of('repository')).toEqual([
      { id: `repository:${url} test`, title: 'repository', state: 'ok', detail: `${url} test answers` },
    ]);
    expect(answer.of('packages')).toMatchObject([{ state: 'ok', detail: '3 packages, all available' }]);
    expect(answer.of('repository-clock')).toMatchObject([{ state: 'ok' }]);
    expect({ ok: answer.ok, code: answer.code }).toEqual({ ok: true, code: 0 });
  });

  it('blocks the build when it lacks packages, and the nearest name is the fix', async () => {
    const url = await serveFiles({ ...RELEASE, [LIST]: PACKAGES });
    const answer = await new DoctorProject({
      url,
      pairs: suite,
      packages: ['bsah', 'nano', 'nothing-like-it'],
    }).examine();
    expect(answer.of('package')).toEqual([
      {
        id: 'package:bsah',
        title: 'package bsah',
        state: 'missing',
        detail: 'no repository of the manifest has it',
        fix: 'Correct the name in the manifest: there is bash.',
      },
      expect.objectContaining({
        id: 'package:nothing-like-it',
        fix: 'Correct the name in the manifest, or add the repository that has it.',
      }),
    ]);
    expect({ ok: answer.ok, code: answer.code }).toEqual({ ok: false, code: 1 });
  });

  it.skipIf(!hasTool('xz'))('may have its list as xz only, and lie in a folder', async () => {
    const project = new DoctorProject({ packages: ['bash', 'nanno'] });
    const folder = join(project.folder, `repository/dists/test/main/binary-${ARCHITECTURE}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(project.folder, 'repository/dists/test/Release'), '');
    writeFileSync(join(folder, 'Packages.xz'), execFileSync('xz', ['-c'], { input: PACKAGES }));
    const url = `<pkg_repo_default_authority><main url="file://${project.folder}/repository" authname="x"/></pkg_repo_default_authority>`;
    project.edit((text) =>
      text
        .replace('<img_params>', `<img_params>${url}`)
        .replace('<key_value_pairs>', '<key_value_pairs><pair key="suite" value="test"/>'),
    );
    const answer = await project.examine();
    expect(answer.of('repository')).toMatchObject([{ state: 'ok' }]);
    expect(answer.of('package')).toMatchObject([{ id: 'package:nanno', fix: expect.stringContaining('nano') }]);
  });

  it('is missing when it lacks the release, and its packages are not reported', async () => {
    const url = await serveFiles({});
    const answer = await new DoctorProject({ url, pairs: suite, packages: ['bash'] }).examine();
    expect(answer.of('repository')).toMatchObject([
      { state: 'missing', detail: expect.stringContaining('/dists/test/InRelease (status 404)') },
    ]);
    expect(answer.of('packages')).toMatchObject([{ state: 'unknown', detail: expect.stringContaining('bash') }]);
    expect(answer.code).toBe(1);
  });

  it('is unknown when its list is too long, which is not downloaded to its end', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    const url = await serve((request, response) => {
      if (request.url?.endsWith('InRelease')) return response.end('x');
      if (!request.url?.endsWith('Packages')) return response.writeHead(404).end();
      const more = (): void => {
        while (response.writable && sent++ < 500) if (!response.write(chunk)) return void response.once('drain', more);
        response.end();
      };
      more();
    });
    const answer = await new DoctorProject({ url, pairs: suite, packages: ['bash'] }).examine();
    expect(answer.of('packages')).toMatchObject([
      { state: 'unknown', detail: expect.stringContaining('more than 60 MB') },
    ]);
    expect(answer.code).toBe(0);
    expect(sent).toBeLessThan(120);
  });

  it('may be a source of APT in a mirror, with other components', async () => {
    const first = await serveFiles({ ...RELEASE, [LIST]: PACKAGES });
    const second = await serveFiles({
      '/dists/extra/Release': '',
      [`/dists/extra/one/binary-${ARCHITECTURE}/Packages`]: 'Package: own\n',
      [`/dists/extra/two/binary-${ARCHITECTURE}/Packages`]: 'Package: other\n',
    });
    const mirrors = [`${second} extra one two`];
    const answer = await new DoctorProject({
      url: first,
      mirrors,
      pairs: suite,
      packages: ['bash', 'own', 'other'],
    }).examine();
    expect(answer.of('repository').map(({ state }) => state)).toEqual(['ok', 'ok']);
    expect(answer.of('packages')).toMatchObject([{ state: 'ok' }]);
  });

  it('is requested through a plain proxy of the environment; behind any other proxy its state is unknown', async () => {
    const proxy = await serveFiles({ ...RELEASE, [LIST]: PACKAGES });
    const project = new DoctorProject({ url: 'http://repository.invalid', pairs: suite, packages: ['bash'] });
    const through = await project.examine({ http_proxy: proxy });
    expect(through.of('packages')).toMatchObject([{ state: 'ok' }]);
    const other = await project.examine({ http_proxy: 'socks5://127.0.0.1:1' });
    expect(other.of('repository')).toMatchObject([{ state: 'unknown', detail: expect.stringContaining('proxy') }]);
    expect(other.code).toBe(0);
    const around = await project.examine({ http_proxy: proxy, no_proxy: '.invalid' });
    expect(around.of('repository')).toMatchObject([{ state: 'missing' }]);
  });

  it('Several silent repositories are asked at the same time.', async () => {
    let open = 0;
    let most = 0;
    const url = await serve((request) => {
      most = Math.max(most, ++open);
      request.on('close', () => open--);
    });
    const closed = 'http://127.0.0.1:1 test main';
    const mirrors = [`${url}/b`, `${url}/c`, `${url}/d`, closed];
    const answer = await new DoctorProject({ url, mirrors, pairs: suite, packages: ['bash'] }).examine();
    expect(answer.of('repository').map(({ state, detail }) => [state, detail.replace(/^.*?: /, '')])).toEqual([
      ...Array.from({ length: 4 }, () => ['missing', `${url.slice(7)} did not answer within 5 s`]),
      ['missing', expect.stringContaining('ECONNREFUSED')],
    ]);
    expect(answer.of('repository-clock')).toMatchObject([{ state: 'unknown' }]);
    expect(most).toBe(4);
  });
});

describe('the clock', () => {
  const at = (seconds: number): string => new Date(Date.now() - seconds * 1000).toUTCString();
  const clock = async (headers: Record<string, string>) => {
    const url = await serveFiles(RELEASE, headers);
    const answer = await new DoctorProject({ url, pairs: suite, packages: ['bash'] }).examine();
    expect(answer.code).toBe(0);
    return answer.of('repository-clock');
  };

  it('is a note when it differs from the repository’s by more than two minutes', async () => {
    expect(await clock({ date: at(3600) })).toMatchObject([
      { state: 'note', detail: expect.stringMatching(/^(1 h 0|59) min/) },
    ]);
    expect(await clock({ date: at(100) })).toMatchObject([{ state: 'ok' }]);
  });

  it('is not blamed for the age of an answer that a cache kept', async () => {
    expect(await clock({ date: at(3600), age: '3600' })).toMatchObject([{ state: 'ok' }]);
  });
});

describe.skipIf(!hasTool('apt-get'))('the APT sources of the build host', () => {
  const fixture = async () => {
    const url = await serveFiles({
      '/dists/test/Release': `Suite: test\nCodename: test\nComponents: main\nArchitectures: ${ARCHITECTURE}\n`,
      [LIST]: PACKAGES,
    });
    const project = new DoctorProject({ url: 'host-apt', pairs: suite, packages: ['awk', 'bash', 'bassh'] });
    const apt = join(project.folder, 'apt');
    for (const folder of ['lists/partial', 'cache/archives/partial', 'none'])
      mkdirSync(join(apt, folder), { recursive: true });
    project.file('apt/status', '').file('apt/sources.list', `deb [trusted=yes] ${url} test main\n`);
    project.file(
      'apt/apt.conf',
      Object.entries({
        'Dir::Etc::sourcelist': 'sources.list',
        'Dir::Etc::sourceparts': 'none',
        'Dir::State::lists': 'lists',
        'Dir::State::status': 'status',
        'Dir::Cache': 'cache',
      })
        .map(([name, value]) => `${name} "${join(apt, value)}";\n`)
        .join('') + 'APT::Sandbox::User "";\nAcquire::http::Proxy "DIRECT";\n',
    );
    project.env = { ...project.env, APT_CONFIG: join(apt, 'apt.conf') };
    return project;
  };

  it('are checked as APT itself lists them', async () => {
    const project = await fixture();
    await run('apt-get', ['update'], { env: project.env });
    const answer = await project.examine();
    expect(answer.of('repository')).toMatchObject([{ state: 'ok', detail: expect.stringMatching(/ test answers$/) }]);
    expect(answer.of('package')).toMatchObject([
      { id: 'package:bassh', fix: expect.stringContaining('there is bash') },
    ]);
  });

  it('are unknown without package lists, with the command that fetches them', async () => {
    const answer = await (await fixture()).examine();
    expect(answer.of('repository')).toMatchObject([
      { state: 'unknown', fix: expect.stringContaining('apt-get update') },
    ]);
    expect(answer.of('packages')).toMatchObject([{ state: 'unknown' }]);
    expect(answer.code).toBe(0);
  });

  it('are unknown when APT cannot read the package lists, with its message, and everything else is still checked', async () => {
    const project = await fixture();
    project.file('apt/sources.list', 'no source at all\n');
    const answer = await project.examine();
    expect(answer.of('repository')).toMatchObject([
      { state: 'unknown', detail: expect.stringContaining('sources.list') },
    ]);
    expect(answer.of('scripts')).toMatchObject([{ state: 'ok' }]);
    expect(answer.of('lock')).toMatchObject([{ state: 'ok' }]);
  });
});

describe('a repository of IPS', () => {
  it('is found by its versions, and without pkg its packages are not reported', async () => {
    const url = await serveFiles({ '/versions/0/': 'pkg-server 1\n' });
    const answer = await new DoctorProject({ url, packages: ['vim'] }).examine();
    expect(answer.of('repository')).toMatchObject([{ id: `repository:${url}`, state: 'ok' }]);
    expect(answer.of('packages')).toMatchObject([{ state: 'unknown', detail: expect.stringContaining('no pkg(1)') }]);
  });

  it('has packages that pkg finds under all their names', async () => {
    const url = await serveFiles({ '/versions/0/': '' });
    const project = new DoctorProject({ url, packages: ['pkg:/editor/vim@9', 'nano', 'nanno'] });
    // pkg(1) of IPS does not exist for this system, so this script prints its output.
    const fake = join(project.folder, 'pkg');
    writeFileSync(fake, '#!/bin/sh\necho "editor/nano   7.2   ---"\necho "editor/vim (test)   9.0   i--"\n');
    chmodSync(fake, 0o755);
    const answer = await project.examine(project.pathWith(project.folder));
    expect(answer.of('package')).toMatchObject([
      { id: 'package:nanno', fix: expect.stringContaining('there is nano') },
    ]);
  });
});

describe('without a network,', () => {
  const reason = lacksRootOr('unshare', 'ip', 'mount');
  it.skipIf(reason !== undefined)('a name server that does not answer does not keep the doctor waiting', async () => {
    const project = new DoctorProject({ url: 'http://repository.example.org', pairs: suite, packages: ['bash'] });
    project.file('resolv.conf', 'nameserver 127.0.0.1\n').file(
      'silent.cjs',
      // A name server that never answers; it ends when its standard input does.
      "require('dgram').createSocket('udp4').bind(53, '127.0.0.1', () => console.log('bound')); process.stdin.on('end', () => process.exit()).resume();",
    );
    const script = `ip link set lo up && mount --bind resolv.conf /etc/resolv.conf || exit 9
      mkfifo hold bound; "$0" silent.cjs <hold >bound & exec 3>hold; read -r line <bound
      distro_const doctor --json manifest.xml`;
    const stdout = await new Promise<string>((resolve) =>
      execFile(
        'unshare',
        ['-n', '-m', 'sh', '-c', script, process.execPath],
        { cwd: project.folder, env: project.env },
        (_, out) => resolve(out),
      ),
    );
    expect(stdout).toMatch(/repository\.example\.org (did not answer within 5 s|could not be resolved in time)/);
  });
});
