// The packages that IPS packages need, without `pkg`, and the problems of each.
import { describe, expect, it } from 'vitest';
import type { Resolution } from '../../../src-engine/packages/package-source';
import { fullVersion, servePublisher, type TestIpsPackage } from '../../support/ips-publisher';
import { fetched, openindiana } from './ips-fetched';

/** The answer of a publisher with these packages for a list. */
async function resolve(packages: readonly TestIpsPackage[], names: readonly string[]): Promise<Resolution> {
  const publisher = await servePublisher(openindiana(packages));
  return (await fetched(publisher.url)).resolve(names);
}

const taken = ({ packages }: Resolution): string[] =>
  packages.map(({ name, version }) => `${name}@${version.replace(/,.*$/, '')}`);
const blamed = ({ problems }: Resolution): unknown[] =>
  problems.map(({ name, kind, instead }) => [name, kind, instead]);

const EDITORS: readonly TestIpsPackage[] = [
  { name: 'editor/vim', version: '9.0', depends: ['library/ncurses@6.0'] },
  { name: 'editor/vim', version: '8.2' },
  { name: 'editor/nano', version: '7.2', depends: ['library/ncurses', 'system/library'] },
  { name: 'library/ncurses', version: '6.4', depends: ['system/library'] },
  { name: 'system/library', version: '0.5' },
];

describe('a list of IPS packages', () => {
  it('is resolved to the packages that it brings with it, and why', async () => {
    const { packages, problems, notes } = await resolve(EDITORS, ['vim', 'editor/nano']);
    expect(problems).toEqual([]);
    expect(packages).toEqual([
      { name: 'editor/nano', version: fullVersion('7.2'), why: 'named', needs: ['library/ncurses', 'system/library'] },
      { name: 'editor/vim', version: fullVersion('9.0'), why: 'named', entry: 'vim', needs: ['library/ncurses'] },
      { name: 'library/ncurses', version: fullVersion('6.4'), why: 'pulled', needs: ['system/library'] },
      { name: 'system/library', version: fullVersion('0.5'), why: 'pulled', needs: [] },
    ]);
    expect(notes).toEqual([expect.stringMatching(/^pkg was not used\. /), 'Catalogues of IPS have no package sizes.']);
  });

  it('may name packages in all ways that pkg accepts', async () => {
    for (const [entry, version] of Object.entries({
      'editor/vim': '9.0',
      vim: '9.0',
      'pkg:/editor/vim': '9.0',
      '/editor/vim': '9.0',
      'pkg:/editor/vim@8.2': '8.2',
      'vim@8': '8.2',
      'vim@latest': '9.0',
      'pkg://openindiana.org/editor/vim': '9.0',
      [`editor/vim@${fullVersion('8.2')}`]: '8.2',
    })) {
      const { packages, problems } = await resolve(EDITORS, [entry]);
      expect(problems).toEqual([]);
      expect(packages.find(({ why }) => why === 'named')).toMatchObject({
        name: 'editor/vim',
        version: fullVersion(version),
        ...(entry !== 'editor/vim' && { entry }),
      });
    }
  });

  it('is reported with similar names when it has an unknown name', async () => {
    const list = ['vmi', '/vim', 'editor/nanno', 'vim@7', 'pkg://elsewhere/editor/vim', 'whatever', 'nano'];
    const answer = await resolve([...EDITORS, { name: 'editor/ed', isObsolete: true }], [...list, 'editor/ed']);
    expect(blamed(answer)).toEqual([
      ['vmi', 'unknown', ['editor/vim']],
      ['/vim', 'unknown', ['editor/vim']],
      ['editor/nanno', 'unknown', ['editor/nano']],
      ['vim@7', 'unknown', ['editor/vim']],
      ['pkg://elsewhere/editor/vim', 'unknown', ['editor/vim']],
      ['whatever', 'unknown', []],
      ['editor/ed', 'unknown', []],
    ]);
    expect(answer.problems.map(({ message }) => message)).toEqual([
      'No repository has a package vmi.',
      'No repository has a package vim.',
      'No repository has a package editor/nanno.',
      `There is no version 7 of editor/vim; the newest is ${fullVersion('9.0')}.`,
      'The publisher elsewhere has no package editor/vim.',
      'No repository has a package whatever.',
      'editor/ed is obsolete: its publisher has withdrawn it.',
    ]);
    expect(taken(answer)).toEqual(['editor/nano@7.2', 'library/ncurses@6.4', 'system/library@0.5']);
  });

  it('has the nearest name as the first suggestion', async () => {
    const all = ['a/pxthxn', 'b/python', 'c/pythons'].map((name) => ({ name }));
    expect(blamed(await resolve(all, ['pythn']))).toEqual([
      ['pythn', 'unknown', ['b/python', 'a/pxthxn', 'c/pythons']],
    ]);
  });

  it('is reported with the choices when a name may mean several packages', async () => {
    const all = [...EDITORS, { name: 'gnu/vim' }, { name: 'old/vim', isObsolete: true }];
    const answer = await resolve(all, ['vim', 'gnu/vim']);
    expect(answer.problems).toEqual([
      {
        name: 'vim',
        kind: 'other',
        message: 'vim may be any of 2 packages: editor/vim, gnu/vim. Write the full name of one.',
        instead: ['editor/vim', 'gnu/vim'],
      },
    ]);
    expect(taken(answer)).toEqual(['gnu/vim@1.0']);
    expect(blamed(await resolve([...all, { name: 'vim' }], ['vim']))).toEqual([]);
  });

  it('follows renamed packages, and a note reports it', async () => {
    const all: TestIpsPackage[] = [
      ...EDITORS,
      { name: 'SUNWvim', isRenamed: true, depends: ['SUNWvim2'] },
      { name: 'SUNWvim2', isRenamed: true, depends: ['editor/vim@8'] },
      { name: 'old', depends: ['SUNWvim'] },
      { name: 'circle', isRenamed: true, depends: ['circle'] },
    ];
    const answer = await resolve(all, ['SUNWvim', 'old']);
    expect(taken(answer)).toEqual(['editor/vim@9.0', 'library/ncurses@6.4', 'old@1.0', 'system/library@0.5']);
    expect(answer.packages[0]).toMatchObject({ why: 'named', entry: 'SUNWvim' });
    expect(answer.packages[2]?.needs).toEqual(['editor/vim']);
    expect(answer.notes[0]).toBe('SUNWvim was renamed: SUNWvim2 is installed instead.');
    expect(taken(await resolve(all, ['circle']))).toEqual([]);
    expect(taken(await resolve(all, ['SUNWvim', 'vim@8.2']))).toEqual(['editor/vim@8.2']);
  });

  it('keeps the versions that incorporations hold, and other versions are free', async () => {
    const all: TestIpsPackage[] = [
      ...EDITORS,
      { name: 'entire', version: '1', depends: ['userland'] },
      { name: 'userland', depends: ['type=incorporate fmri=editor/vim@8', 'type=incorporate fmri=editor/other@1'] },
    ];
    expect(taken(await resolve(all, ['vim', 'nano', 'entire']))).toEqual([
      'editor/nano@7.2',
      'editor/vim@8.2',
      'entire@1',
      'library/ncurses@6.4',
      'system/library@0.5',
      'userland@1.0',
    ]);
    const answer = await resolve([...all, { name: 'ide', depends: ['editor/vim@9'] }], ['entire', 'vim@9', 'ide']);
    expect(blamed(answer)).toEqual([
      ['vim@9', 'conflict', []],
      ['ide', 'conflict', []],
    ]);
    expect(answer.problems.map(({ message }) => message)).toEqual([
      'editor/vim is held at editor/vim@8 by userland, and the entry asks for another version.',
      'ide needs editor/vim@9, which is held at editor/vim@8 by userland.',
    ]);
    expect(taken(answer)).toEqual(['entire@1', 'userland@1.0']);
  });

  it('holds 1.4.3.7 as a 1.4.3, and not 1.4.30', async () => {
    const versions = ['1.4.3.7', '1.4.30', '1.4.2'].map((version) => ({ name: 'held', version }));
    const all = [...versions, { name: 'entire', depends: ['type=incorporate fmri=held@1.4.3,5.11'] }];
    expect(taken(await resolve(all, ['held', 'entire']))).toEqual(['entire@1.0', 'held@1.4.3.7']);
    const branches = ['1-2026.1', '1-2025.12.4', '1-2025.1'].map((version) => ({ name: 'held', version }));
    const older = { name: 'entire', depends: ['type=incorporate fmri=held@1-2025'] };
    expect((await resolve([...branches, older], ['entire', 'held'])).packages[1]?.version).toBe(
      fullVersion('1-2025.12.4'),
    );
  });

  it('brings one of several alternatives, what a condition requires, and the available members of a group', async () => {
    const all: TestIpsPackage[] = [
      { name: 'one', depends: ['type=require-any fmri=none fmri=mta/postfix fmri=mta/exim'] },
      { name: 'two', depends: ['type=require-any fmri=mta/postfix fmri=mta/exim', 'mta/exim'] },
      {
        name: 'three',
        depends: ['type=conditional predicate=mta/exim fmri=exim-docs', 'type=conditional predicate=x11 fmri=no'],
      },
      { name: 'four', depends: ['type=group fmri=mta/dma', 'type=group fmri=gone', 'type=group fmri=back'] },
      { name: 'five', depends: ['type=group-any fmri=gone fmri=mta/dma', 'type=group-any fmri=gone fmri=never'] },
      {
        name: 'six',
        depends: ['type=optional fmri=mta/dma@9', 'type=origin fmri=mta/dma', 'type=parent fmri=mta/dma'],
      },
      { name: 'mta/postfix' },
      { name: 'mta/exim' },
      { name: 'mta/dma' },
      { name: 'exim-docs' },
      { name: 'back', isObsolete: true },
    ];
    const extra = async (...names: readonly string[]): Promise<string[]> => {
      const { packages, problems } = await resolve(all, names);
      expect(problems).toEqual([]);
      return packages.filter(({ why }) => why === 'pulled').map(({ name }) => name);
    };
    expect(await extra('one')).toEqual(['mta/postfix']);
    expect(await extra('one', 'two')).toEqual(['mta/exim']);
    expect(await extra('three')).toEqual([]);
    expect(await extra('three', 'two')).toEqual(['exim-docs', 'mta/exim']);
    const three = (await resolve(all, ['three', 'two'])).packages.find(({ name }) => name === 'three');
    expect(three?.needs).toEqual(['exim-docs']);
    expect(await extra('four')).toEqual(['mta/dma']);
    expect(await extra('five')).toEqual(['mta/dma']);
    expect(await extra('six')).toEqual([]);
  });

  it('needs only what applies to this host', async () => {
    const all: TestIpsPackage[] = [
      {
        name: 'one',
        depends: [
          'type=require fmri=sparc-only variant.arch=sparc',
          'type=require fmri=debugger facet.debug.all=true',
          'type=require fmri=zones variant.opensolaris.zone=nonglobal',
          'type=require fmri=manuals facet.doc.man=true',
        ],
      },
      { name: 'manuals' },
      { name: 'driver/sparc', architectures: ['sparc'] },
    ];
    const answer = await resolve(all, ['one', 'driver/sparc']);
    expect(taken(answer)).toEqual(['manuals@1.0', 'one@1.0']);
    expect(answer.problems).toMatchObject([
      {
        name: 'driver/sparc',
        kind: 'unknown',
        message: 'driver/sparc is not for this host: its packages are for another architecture.',
      },
    ]);
  });

  it('has a problem for each entry that cannot be installed, and the others are resolved without them', async () => {
    const all: TestIpsPackage[] = [
      ...EDITORS,
      { name: 'exim' },
      { name: 'postfix', depends: ['type=exclude fmri=exim', 'type=exclude fmri=editor/nano@99'] },
      { name: 'broken', depends: ['nowhere', 'only-broken'] },
      { name: 'only-broken' },
      { name: 'deep', depends: ['broken'] },
      { name: 'young', depends: ['editor/nano@8'] },
      { name: 'back', isObsolete: true },
      { name: 'ruin', depends: ['back'] },
    ];
    const answer = await resolve(all, ['postfix', 'exim', 'broken', 'deep', 'nano', 'young', 'ruin']);
    expect(blamed(answer)).toEqual(['exim', 'broken', 'deep', 'young', 'ruin'].map((name) => [name, 'conflict', []]));
    expect(answer.problems.map(({ message }) => message)).toEqual([
      'postfix and exim exclude each other: an image can have only one of them.',
      'broken needs nowhere, which no repository has.',
      'broken needs nowhere, which no repository has.',
      `young needs editor/nano@8, and the available version is ${fullVersion('7.2')}.`,
      'ruin needs back, which its publisher has withdrawn.',
    ]);
    expect(taken(answer)).toEqual(['editor/nano@7.2', 'library/ncurses@6.4', 'postfix@1.0', 'system/library@0.5']);
  });

  it('runs nothing and passes no option when it is hostile', async () => {
    const names = [
      '--help',
      '-n',
      '$(id)',
      '; id',
      '../../etc/passwd',
      '__proto__',
      'constructor',
      '*a*'.repeat(10_000),
      '',
      '@1',
      'x'.repeat(100_000),
    ];
    const answer = await resolve(EDITORS, [...names, 'vim']);
    expect(answer.problems.map(({ name }) => name)).toEqual(names);
    expect(taken(answer)).toContain('editor/vim@9.0');
    const evil = { name: 'evil', depends: [`type=require fmri="a\u001b[31m<b>\n${'x'.repeat(10_000)}"`] };
    const [problem] = (await resolve([evil], ['evil'])).problems;
    expect(problem?.message).toMatch(/^evil needs a \[31m<b> x+…$/);
  });

  it('is answered at once when it has a thousand wrong names', async () => {
    const all = Array.from({ length: 3000 }, (_, index) => ({ name: `category/package-${index}` }));
    const { problems } = await resolve(
      all,
      Array.from({ length: 1000 }, (_, index) => `pakkage-${index}`),
    );
    expect(problems).toHaveLength(1000);
  });
});

describe('details of an IPS package', () => {
  it('have everything that the catalogues have', async () => {
    const publisher = await servePublisher(
      openindiana([
        ...EDITORS.slice(1),
        {
          name: 'editor/vim',
          version: '9.0',
          summary: 'Vi "improved"',
          classification: 'Applications/Editors',
          depends: [
            'library/ncurses@6.0',
            'type=require-any fmri=a fmri=pkg:/b@2',
            'type=exclude fmri=editor/elvis',
            'type=optional fmri=pkg:/editor/vim-core@9',
            'type=conditional fmri=c predicate=d@1',
            'type=incorporate fmri=library/ncurses@6',
          ],
          extra: [
            'set name=pkg.description value="A vi\n\nof many \\"colours\\"."',
            'set info.upstream-url=https://www.vim.org',
            "set name=odd value='it''s' value=",
          ],
        },
      ]),
    );
    const source = await fetched(publisher.url);
    expect(await source.details('vim')).toEqual({
      name: 'editor/vim',
      version: fullVersion('9.0'),
      versions: ['9.0', '8.2'].map((version) => ({
        version: fullVersion(version),
        from: `openindiana.org, ${publisher.url}`,
      })),
      section: 'Applications/Editors',
      summary: 'Vi "improved"',
      description: 'A vi\n\nof many "colours".',
      homepage: 'https://www.vim.org',
      provides: [],
      depends: [
        'library/ncurses@6.0',
        'a | b@2',
        'optional editor/vim-core@9',
        'conditional c if d@1',
        'incorporate library/ncurses@6',
      ],
      recommends: [],
      conflicts: ['editor/elvis'],
    });
    expect(await source.details('vim@8.2')).toMatchObject({ version: fullVersion('8.2') });
    expect(await source.details('nothing')).toBeUndefined();
  });
});
