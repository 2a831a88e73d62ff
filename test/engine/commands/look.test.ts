import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRecord } from '../../../src-shared/journal/records';
import { finished, TestProject } from '../../support/engine';
import { lacksTool } from '../../support/run-tool';

let project: TestProject;
beforeEach(() => {
  project = new TestProject({
    steps: [
      {
        name: 'im-pop',
        body: 'ManifestRead "$1" key_value_pairs/pair[key=release]/value >"$2/release"; echo "path $PWD/declared" >>"$SLIPWAY_INPUTS"',
      },
      {
        name: 'live-config',
        body: 'ManifestRead -k "$1" hostname >"$2/hostname"; mkdir "$2/etc"; echo x >"$2/etc/motd"',
      },
      { name: 'iso', body: 'rm "$2/release"; echo longer >>"$2/hostname"; ln -s /etc/passwd "$2/link"; echo out' },
    ],
    pairs: { hostname: 'a', release: '1', rootpass: 'old' },
  });
  project.file('declared', 'one');
});
afterEach(() => project.dispose());

type Checkpoints = {
  checkpoints: { step: string; resumable: boolean; freshness: { kind: string; reasons?: string[] } | null }[];
};
const freshness = async (): Promise<string[]> =>
  ((await project.json('checkpoints')) as Checkpoints).checkpoints.map(
    ({ freshness: state }) => state?.reasons?.join('; ') ?? state?.kind ?? 'absent',
  );

describe('Checkpoints:', () => {
  beforeEach(async () => {
    expect((await project.build()).code).toBe(0);
  });

  it('An edited comment makes nothing stale, and the warning of the contract is still printed.', async () => {
    project.edit((manifest) => manifest.replace('<distribution', '<!-- hello --><distribution'));
    expect(await freshness()).toEqual(['current', 'current', 'current']);
    expect((await project.build('-r', 'iso')).stderr).toContain(
      'since Step(s)  im-pop live-config iso was generated.\n',
    );
  });

  it('An edited value makes exactly the checkpoints after the steps that read it stale, with the reason.', async () => {
    project.edit((manifest) => manifest.replace('key="hostname" value="a"', 'key="hostname" value="b"'));
    expect(await freshness()).toEqual(['current', 'current', '`live-config` read `hostname`: it was `a`, is `b`']);
    const plan = (await project.json('plan', '-r', 'iso')) as object;
    expect(plan).toMatchObject({
      kept: ['im-pop', 'live-config'],
      runs: [{ step: 'iso' }],
      stale: { step: 'live-config', resumeFrom: 'live-config' },
      suggested: 'live-config',
    });
  });

  it('An edited password makes checkpoints stale too, and is not shown.', async () => {
    project.script('live-config', 'ManifestRead -k "$1" rootpass >>"$3/log"');
    await project.build();
    project.edit((manifest) => manifest.replace('key="rootpass" value="old"', 'key="rootpass" value="new"'));
    expect((await freshness())[2]).toBe('`live-config` read `rootpass`: it has changed');
  });

  it('An edited script and a changed input make the checkpoints after their step stale.', async () => {
    project.script('live-config', 'true');
    expect((await freshness())[2]).toBe('`live-config`: its script scripts/live-config was edited');
    project.file('declared', 'two');
    expect((await freshness())[1]).toBe('`im-pop` used declared: its content has changed');
  });

  it('Changes between checkpoints, and since one, are listed.', async () => {
    expect(await project.json('diff', 'live-config', 'iso')).toMatchObject({
      added: 3,
      changed: 1,
      removed: 0,
      changes: [
        { path: 'pkg_image/etc', change: 'added', type: 'folder' },
        { path: 'pkg_image/etc/motd', change: 'added', after: 2 },
        { path: 'pkg_image/hostname', change: 'added', after: 2 },
        { path: 'pkg_image/log', change: 'changed', what: ['content'] },
      ],
    });
    const since = (await project.run('diff', 'manifest.xml', 'iso')).stdout;
    expect(since.split('\n')).toEqual([
      '~ pkg_image/hostname  (2 B -> 9 B; content)',
      '+ pkg_image/link  (link)',
      '~ pkg_image/log  (19 B -> 23 B; content)',
      '- pkg_image/release  (2 B)',
      '1 added, 2 changed, 1 removed, +9 B',
      '',
    ]);
  });

  it.skipIf(lacksTool('setfattr'))(
    'Changed extended attributes are listed, of files, folders and links of one content.',
    async () => {
      project.script('live-config', 'echo same >"$2/file"; mkdir "$2/folder"; setfattr -n user.note -v one "$2/file"');
      project.script(
        'iso',
        'setfattr -n user.note -v two "$2/file"; setfattr -n user.note -v x "$2/folder"; chmod 600 "$2/file"',
      );
      await project.build();
      const expected = ['~ pkg_image/file  (5 B -> 5 B; mode, attributes)', '~ pkg_image/folder  (folder; attributes)'];
      const since = (await project.run('diff', 'manifest.xml', 'iso')).stdout.split('\n');
      expect(since.slice(0, 2)).toEqual(expected);
      project.edit((manifest) =>
        manifest.replace(
          '</finalizer>',
          '<script name="scripts/iso"><checkpoint name="last" message="x"/></script></finalizer>',
        ),
      );
      await project.build();
      expect((await project.run('diff', 'manifest.xml', 'iso', 'last')).stdout.split('\n').slice(0, 2)).toEqual(
        expected,
      );
    },
  );

  it('The content of a checkpoint is listed and printed, and nothing outside of it.', async () => {
    expect(await project.json('ls', 'iso', 'pkg_image/etc')).toMatchObject({
      entries: [{ name: 'motd', mode: '-0644', size: 2 }],
    });
    expect((await project.run('cat', 'manifest.xml', 'iso', 'pkg_image/hostname')).stdout).toBe('a\n');
    await project.build('-r', 'iso');
    for (const path of ['../../manifest.xml', 'pkg_image/../../../../../../../../etc/passwd', 'nothing']) {
      const { code, stderr, stdout } = await project.run('cat', 'manifest.xml', 'iso', path);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('There is no');
    }
  });

  it('Prune removes checkpoints only with --yes, and those of steps only when they are named.', async () => {
    project.edit((manifest) => manifest.replace(/checkpoint name="iso"/, 'checkpoint name="image"'));
    const would = await project.json('prune');
    expect(would).toMatchObject({ wouldRemove: [{ name: '.step_iso' }], removed: [] });
    expect(await project.json('prune', '--yes')).toMatchObject({ removed: ['.step_iso'] });
    expect(await project.json('prune', '--from', 'live-config', '--yes')).toMatchObject({
      removed: ['.step_live-config'],
    });
    expect((await project.build('-l')).stderr).toMatch(/live-config {14}Step/);
  });
});

describe('the journal', () => {
  it('has every line once, and can be followed from any line on', async () => {
    project.script('iso', 'seq 1 3000; seq 1 3000 >&2');
    await project.build();
    const { lastRun } = (await project.json('status')) as { lastRun: { journal: string; run: string } };
    const bytes = readFileSync(lastRun.journal);
    const records = bytes.toString().trim().split('\n').map(parseRecord);
    expect(records[0]).toMatchObject({ kind: 'hello', protocol: 1, run: lastRun.run });
    expect(records.at(-1)).toMatchObject({ kind: 'exit', code: 0, outcome: 'done' });
    for (const stream of ['stdout', 'stderr'])
      expect(
        records.filter((record) => record?.kind === 'output' && record.stream === stream && record.step === 'iso'),
      ).toHaveLength(3000);
    expect(records.filter((record) => record?.kind === 'manifest-read')).toHaveLength(2);
    const half = bytes.indexOf('\n', bytes.length / 2) + 1;
    const followed = await finished(
      project.start('distro_const', ['follow', '--json', '--from', String(half), 'manifest.xml']),
    );
    expect(followed.code).toBe(0);
    expect(followed.stdout).toBe(bytes.subarray(half).toString());
  });

  it('is followed live to its end', async () => {
    project.script('live-config', 'echo working >&2; sleep 0.3; echo worked');
    const build = project.build();
    for (;;) {
      const { lock } = (await project.json('status')) as { lock: { kind: string } };
      if (lock.kind === 'held') break;
    }
    const { stdout, code } = await project.run('follow', 'manifest.xml');
    expect((await build).code).toBe(0);
    expect(code).toBe(0);
    expect(stdout).toMatch(/working\nworked\n# live-config: done/);
  });
});

it('The command `query` answers as ManifestRead does.', async () => {
  expect(await project.json('query', 'key_value_pairs/pair/value')).toEqual(['a', '1', 'old']);
  expect((await project.run('query', '-k', 'manifest.xml', 'hostname', 'release')).stdout).toBe(
    'hostname a\nrelease 1\n',
  );
  const bad = await project.run('query', 'manifest.xml', '/x');
  expect(bad.code).toBe(1);
  expect(bad.stderr).toContain('Error parsing nodepath: Path cannot start with a /');
});
