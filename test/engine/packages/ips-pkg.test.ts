// The packages that pkg(1) would install. No pkg can run here, so these tests use a fake. It records its calls, and
// prints what the source of pkg5 prints for `install --parsable=0` (plandesc.py, client.py).
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FakePkg, planOf } from '../../support/fake-pkg';
import { fullVersion, servePublisher } from '../../support/ips-publisher';
import { openindiana } from './ips-fetched';

const EDITORS = [
  { name: 'editor/vim', version: '9.0', depends: ['library/ncurses'] },
  { name: 'editor/vim', version: '8.2', depends: ['library/ncurses'] },
  { name: 'editor/nano' },
  { name: 'library/ncurses', version: '6.4' },
  { name: 'SUNWvim', isRenamed: true, depends: ['editor/vim'] },
  { name: 'ide', depends: ['editor/nothing'] },
];

const VIM = `pkg://openindiana.org/editor/vim@${fullVersion('8.2')}`;
const NCURSES = `pkg://openindiana.org/library/ncurses@${fullVersion('6.4')}`;

const fakeThat = async (install: string): Promise<FakePkg> =>
  new FakePkg((await servePublisher(openindiana(EDITORS))).url, install);

describe('a host with pkg', () => {
  it('resolves as pkg would', async () => {
    const fake = await fakeThat(`echo 'Startup: ...'; echo '${planOf(VIM, NCURSES)}'`);
    const source = await fake.source();
    const answer = await source.resolve(['SUNWvim', 'nanno']);
    expect(answer).toEqual({
      packages: [
        {
          name: 'editor/vim',
          version: fullVersion('8.2'),
          why: 'named',
          entry: 'SUNWvim',
          needs: ['library/ncurses'],
        },
        { name: 'library/ncurses', version: fullVersion('6.4'), why: 'pulled', needs: [] },
      ],
      problems: [
        { name: 'nanno', kind: 'unknown', message: 'No repository has a package nanno.', instead: ['editor/nano'] },
      ],
      notes: [
        'SUNWvim was renamed: editor/vim is installed instead.',
        'The total size according to pkg is 3.0 MiB. Catalogues of IPS have no package sizes.',
      ],
    });
    await source.resolve(['vim@8', 'pkg://openindiana.org/editor/nano']);
    expect(fake.calls).toEqual([
      'image-create -F -p URL IMAGE',
      '-R IMAGE install -n --parsable=0 -- pkg:/SUNWvim',
      '-R IMAGE install -n --parsable=0 -- pkg:/editor/vim@8 pkg://openindiana.org/editor/nano',
    ]);
  });

  it('makes another image for another revision', async () => {
    const publisher = await servePublisher(openindiana(EDITORS));
    const fake = new FakePkg(publisher.url, `echo '${planOf(VIM)}'`);
    const source = await fake.source();
    await source.resolve(['vim']);
    publisher.publish(openindiana([...EDITORS, { name: 'new' }]));
    await source.refresh();
    await source.resolve(['vim']);
    expect(fake.calls.filter((call) => call.startsWith('image-create'))).toHaveLength(2);
    expect(readdirSync(fake.folder).filter((name) => name.startsWith('image-'))).toHaveLength(1);
  });

  it('is asked again, when it refuses the list, without the entries that the catalogue blames', async () => {
    const fake = await fakeThat(
      `case "$*" in *ide*) echo 'pkg install: No solution was found' >&2; exit 1;; *) echo '${planOf(VIM, NCURSES)}';; esac`,
    );
    const { packages, problems } = await (await fake.source()).resolve(['ide', 'vim']);
    expect(problems).toMatchObject([{ name: 'ide', kind: 'conflict' }]);
    expect(packages.map(({ version }) => version)).toEqual(['8.2', '6.4'].map(fullVersion));
  });

  it('uses the catalogue when pkg gives no plan, and a note reports it', async () => {
    const fake = await fakeThat('');
    const source = await fake.source();
    const notes: string[] = [];
    for (const shell of [
      'echo "pkg install: No solution was found" >&2; exit 1',
      'exit 0',
      'echo "{half"',
      'echo "{}"',
      `echo '${planOf('pkg://openindiana.org/editor/vim@77')}'`,
    ]) {
      fake.installs(shell);
      const { packages, notes: added } = await source.resolve(['vim']);
      expect(packages.map(({ version }) => version)).toEqual(['9.0', '6.4'].map(fullVersion));
      notes.push(added[0] ?? '');
    }
    expect(notes.map((note) => note.replace(/\/\S*pkg /, 'PKG '))).toEqual([
      'pkg of this host gives no plan: PKG -R: pkg install: No solution was found',
      'pkg of this host gives no plan: pkg printed no plan',
      'pkg of this host gives no plan: the plan of pkg is not JSON',
      'pkg of this host gives no plan: the plan of pkg lists no packages',
      'pkg of this host gives no plan: it has editor/vim@77, which the catalogue lacks: fetch the catalogue again',
    ]);
  });

  it('is not asked for an empty list', async () => {
    const fake = await fakeThat('exit 1');
    expect(await (await fake.source()).resolve([])).toEqual({ packages: [], problems: [], notes: [] });
    expect(fake.calls).toEqual([]);
  });
});
