// The packages of an image, from the databases that installers leave in it. Here the steps write these.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestProject } from '../../support/engine';

/** dpkg's database with these packages, as shell commands that write it. */
const dpkg = (...packages: string[]): string => {
  const records = packages.map((one) => {
    const [name, version, status = 'install ok installed', architecture = 'amd64'] = one.split(' ');
    return `Package: ${name}\nStatus: ${status.replaceAll('_', ' ')}\nArchitecture: ${architecture}\nVersion: ${version}\nDescription: text\n more text\n`;
  });
  return `mkdir -p "$2/var/lib/dpkg"; cat >"$2/var/lib/dpkg/status" <<'END'\n${records.join('\n')}\nEND`;
};

let project: TestProject;
beforeEach(() => {
  project = new TestProject({
    steps: [
      {
        name: 'im-pop',
        body: dpkg(
          'dpkg 1.21',
          'bash 5.2',
          'vim 9',
          'gone 1 deinstall_ok_config-files',
          'libc6 2 install_ok_installed i386',
        ),
      },
      { name: 'im-mod' },
      { name: 'iso' },
    ],
  });
});
afterEach(() => project.dispose());

const installed = (...what: string[]): Promise<unknown> => project.json('installed', ...what);

describe('what is in an image', () => {
  it('is listed after the installing step, for each later checkpoint and for the end of a run', async () => {
    await project.build();
    const packages = [
      { name: 'bash', version: '5.2' },
      { name: 'dpkg', version: '1.21' },
      { name: 'libc6:i386', version: '2' },
      { name: 'vim', version: '9' },
    ];
    expect(await installed()).toEqual({ of: 'im-mod', packages });
    expect(await installed('iso')).toEqual({ of: 'iso', packages });
    const { runs } = (await project.json('status')) as { runs: { run: string }[] };
    const run = runs[0]?.run ?? '';
    expect(await installed(run)).toEqual({ of: run, packages });
    expect((await project.run('installed', 'manifest.xml', 'iso')).stdout).toBe(
      'bash 5.2\ndpkg 1.21\nlibc6:i386 2\nvim 9\n',
    );
  });

  it('is compared from run to run, also when the checkpoints of the first are gone', async () => {
    await project.build();
    project.script('im-pop', dpkg('dpkg 1.21', 'bash 5.3', 'nano 7'));
    await project.build();
    const { runs } = (await project.json('status')) as { runs: { run: string }[] };
    const [first = '', second = ''] = runs.map(({ run }) => run);
    expect(await installed(first, second)).toEqual({
      from: first,
      to: second,
      added: [{ name: 'nano', version: '7' }],
      removed: [
        { name: 'libc6:i386', version: '2' },
        { name: 'vim', version: '9' },
      ],
      changed: [{ name: 'bash', before: '5.2', after: '5.3' }],
    });
    expect((await project.run('installed', 'manifest.xml', first, second)).stdout).toContain(
      '~ bash 5.2 -> 5.3\n1 added, 1 changed, 2 removed\n',
    );
  });

  it('is known of runs whose later steps compress the image away, and of those that resume behind them', async () => {
    project.script('im-mod', 'rm -r "$2/var"');
    await project.build();
    await project.build('-r', 'iso');
    const { runs } = (await project.json('status')) as { runs: { run: string }[] };
    const [first = '', second = ''] = runs.map(({ run }) => run);
    expect(await installed(first, second)).toEqual({ from: first, to: second, added: [], removed: [], changed: [] });
    expect(await installed(second)).toMatchObject({
      packages: expect.arrayContaining([{ name: 'vim', version: '9' }]) as unknown,
    });
  });

  it('includes the files of a package, by either name of their list', async () => {
    const lists = ['bash', 'vim:amd64'].map(
      (name) => `printf '/.\\n/usr\\n/usr/bin/x\\n' >"$2/var/lib/dpkg/info/${name}.list"`,
    );
    project.script(
      'im-pop',
      [dpkg('dpkg 1.21', 'bash 5.2', 'vim 9'), 'mkdir "$2/var/lib/dpkg/info"', ...lists].join('\n'),
    );
    await project.build();
    const files = (name: string): Promise<unknown> => project.json('installed', `--files=${name}`);
    for (const name of ['bash', 'vim'])
      expect(await files(name)).toEqual({ of: 'im-mod', files: ['/usr', '/usr/bin/x'] });
    for (const name of ['dpkg', 'nowhere', '../../../etc/passwd'])
      expect(await files(name)).toMatchObject({ failed: true, error: { code: 'missing' } });
  });

  it('is read from the state of IPS as well', async () => {
    const state = JSON.stringify({
      'example.org': { 'editor/vim': [{ version: '9.0,5.11-1:20260101T000000Z' }] },
      _SIGNATURE: { 'sha-1': '0' },
    });
    project.script(
      'im-pop',
      `mkdir -p "$2/var/pkg/state/installed"; echo '${state}' >"$2/var/pkg/state/installed/catalog.base.C"`,
    );
    await project.build();
    expect(await installed()).toEqual({
      of: 'im-mod',
      packages: [{ name: 'editor/vim', version: '9.0,5.11-1:20260101T000000Z' }],
    });
  });

  it('is an error with a sentence when the state of IPS is damaged', async () => {
    project.script(
      'im-pop',
      `mkdir -p "$2/var/pkg/state/installed"; echo '{"a":1}' >"$2/var/pkg/state/installed/catalog.base.C"`,
    );
    await project.build();
    expect(await installed()).toMatchObject({ failed: true, error: { code: 'refused' } });
  });

  it('is an error with a sentence when the package database is missing or outside the image', async () => {
    project.script('im-pop', 'mkdir -p "$2/var/lib/dpkg"; ln -s /var/lib/dpkg/status "$2/var/lib/dpkg/status"');
    await project.build();
    for (const what of [[], ['iso'], ['im-pop']])
      expect(await installed(...what)).toMatchObject({ failed: true, error: { code: 'missing' } });
    expect(await installed('nowhere')).toMatchObject({ failed: true, error: { code: 'refused' } });
  });
});
