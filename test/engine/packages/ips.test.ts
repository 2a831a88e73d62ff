// Publishers of IPS packages and their catalogues, served on loopback or in a folder.
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AppError } from '../../../src-shared/errors';
import { catalogueText, readCatalogue } from '../../../src-shared/packages/catalogue';
import type { PackageSource } from '../../../src-engine/packages/package-source';
import { openIps } from '../../../src-engine/packages/ips/ips-source';
import { signatureOf } from '../../../src-engine/packages/ips/signature';
import {
  fullVersion,
  IpsPublisher,
  servePublisher,
  signed,
  writeRepository,
  type TestIpsPackage,
} from '../../support/ips-publisher';
import { tempFolder } from '../../support/temp-folder';
import { fetched, openindiana, origins } from './ips-fetched';

const EDITORS: readonly TestIpsPackage[] = [
  {
    name: 'editor/vim',
    version: '9.0',
    summary: 'Vi "improved"',
    classification: 'Applications/Editors',
    depends: ['library/ncurses@6.0', 'type=exclude fmri=editor/elvis', 'type=optional fmri=pkg:/editor/vim-core@9'],
    extra: [
      'set name=pkg.description value="A vi of many colours."',
      'set name=info.upstream-url value=https://www.vim.org',
    ],
  },
  { name: 'editor/vim', version: '8.2' },
  { name: 'editor/nano', version: '7.2', depends: ['library/ncurses'] },
  { name: 'library/ncurses', version: '6.4' },
  { name: 'SUNWvim', depends: ['editor/vim@9.0'], isRenamed: true },
  { name: 'editor/ed', isObsolete: true },
  { name: 'driver/sparc', architectures: ['sparc'] },
  { name: 'driver/both', architectures: ['sparc', 'i386', 'aarch64'] },
];

const namesOf = async (source: PackageSource): Promise<string[]> => (await source.entries()).map(({ name }) => name);

describe('a publisher of IPS packages', () => {
  it('has a fetched catalogue that is available without a network', async () => {
    const publisher = await servePublisher(openindiana(EDITORS));
    const source = await fetched(publisher.url);
    publisher.stop();
    expect(await source.edition()).toMatchObject({
      kind: 'ips',
      repositories: [{ name: publisher.url, dated: '2026-01-02T03:04:05.000Z' }],
    });
    expect(await namesOf(source)).toEqual(['driver/both', 'editor/nano', 'editor/vim', 'library/ncurses']);
    expect((await source.entries()).find(({ name }) => name === 'editor/vim')).toEqual({
      name: 'editor/vim',
      version: fullVersion('9.0'),
      section: 'Applications/Editors',
      summary: 'Vi "improved"',
      provides: [],
    });
  });

  it('signs as pkg does: a published part has the signature that we compute', () => {
    const published =
      '{"userland":{"library/desktop/mate/libmatemixer":[{"signature-sha-1":"0a53b57199ea1fc417cb39d9c28ea16c89f8be2c","version":"1.16.0,5.11-2016.1.1.0:20161224T161749Z"}],"library/desktop/mate/mate-common":[{"signature-sha-1":"55955b2ad9bd5b84ff24e8ad6173d521e99c0eda","version":"1.16.0,5.11-2016.1.1.0:20161224T160903Z"}]},"_SIGNATURE":{"sha-1":"9534c505d72085797cf142d9c69ea0adc5b2449c"}}\n';
    const signature = '9534c505d72085797cf142d9c69ea0adc5b2449c';
    expect(signatureOf(Buffer.from(published))).toEqual({ claimed: signature, actual: signature });
    expect(signatureOf(signed({}).file).actual).toBe(signed({}).signature);
  });

  it('is not asked again for parts that have not changed', async () => {
    const publisher = await servePublisher(openindiana(EDITORS));
    const source = await fetched(publisher.url);
    publisher.publish(
      openindiana(EDITORS.map((one) => (one.name === 'editor/nano' ? { ...one, summary: 'Small' } : one))),
    );
    publisher.requests = [];
    await source.refresh();
    expect(publisher.requests.filter((path) => path.includes('catalog.'))).toEqual([
      '/openindiana.org/catalog/1/catalog.attrs',
      '/openindiana.org/catalog/1/catalog.summary.C',
    ]);
    expect((await source.entries()).find(({ name }) => name === 'editor/nano')?.summary).toBe('Small');
    expect(await namesOf(source)).toContain('editor/vim');
  });

  it('has its newest version chosen by numbers, not by letters', async () => {
    const versions = ['1.9', '1.10', '1.10-2025.9.0.0', '1.10-2025.10.0.0', '1.2.99'];
    const publisher = await servePublisher(openindiana(versions.map((version) => ({ name: 'one', version }))));
    const source = await fetched(publisher.url);
    expect((await source.entries()).map(({ version }) => version)).toEqual([fullVersion('1.10')]);
    expect((await source.details('one'))?.versions.map(({ version }) => version)).toEqual(
      ['1.10', '1.10-2025.10.0.0', '1.10-2025.9.0.0', '1.9', '1.2.99'].map(fullVersion),
    );
  });

  it('may share an address or a server without its own catalogue with others', async () => {
    const [first, second] = [openindiana(EDITORS), { publisher: 'hipster', packages: [{ name: 'shell/zsh' }] }];
    const publisher = await IpsPublisher.serve(first, second);
    const both = await fetched(publisher.url);
    expect(await namesOf(both)).toContain('shell/zsh');
    expect((await both.edition())?.repositories.map(({ name }) => name)).toEqual([
      `${publisher.url} openindiana.org`,
      `${publisher.url} hipster`,
    ]);
    publisher.remove(/publisher\/0|\/(openindiana\.org|hipster)\//);
    expect(await namesOf(await fetched(publisher.url))).toEqual(await namesOf(both));
  });

  it('goes before the publishers after it, with older packages too', async () => {
    const first = await servePublisher(openindiana([{ name: 'editor/vim', version: '8.0' }]));
    const second = await servePublisher({ publisher: 'extra', packages: EDITORS });
    const source = await fetched(first.url, second.url);
    expect((await source.entries()).find(({ name }) => name === 'editor/vim')?.version).toBe(fullVersion('8.0'));
    expect((await source.details('editor/vim'))?.versions).toHaveLength(3);
    expect(await namesOf(source)).toContain('editor/nano');
  });

  it('may lie in a folder', async () => {
    const folder = tempFolder();
    writeRepository(folder, openindiana(EDITORS));
    for (const url of [folder, `file://${folder}`]) expect(await namesOf(await fetched(url))).toContain('editor/vim');
  });

  it('may have mirrors, which have no catalogue', async () => {
    const publisher = await servePublisher(openindiana(EDITORS));
    const mirror = await servePublisher(openindiana([]));
    mirror.remove(/catalog|publisher/);
    await expect(fetched(publisher.url, mirror.url)).rejects.toMatchObject({ code: 'unreachable' });
    mirror.replace(/versions/, () => Buffer.from('pkg-server test\nversions 0\nfile 0 1\n'));
    expect(await namesOf(await fetched(publisher.url, mirror.url))).toContain('editor/vim');
    await expect(fetched(mirror.url)).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('a publisher of IPS packages that fails', () => {
  const broken = {
    'is another server': ['unreachable', (one: IpsPublisher) => one.remove(/./)],
    'breaks off in the middle of a part': ['unreachable', (one: IpsPublisher) => one.cutOff(/summary/, 100)],
    'has half a part': [
      'refused',
      (one: IpsPublisher) => one.replace(/summary/, (part) => part.subarray(0, part.length / 2)),
    ],
    'has half of its attributes': [
      'refused',
      (one: IpsPublisher) => one.replace(/attrs/, (file) => file.subarray(0, 90)),
    ],
    'has a part of another text than it signed': [
      'refused',
      (one: IpsPublisher) =>
        one.replace(/dependency/, (part) => Buffer.from(part.toString().replace('ncurses', 'ncursed'))),
    ],
    'has a part of another time': ['refused', (one: IpsPublisher) => one.replace(/summary/, () => signed({}).file)],
    'has changed attributes': [
      'refused',
      (one: IpsPublisher) =>
        one.replace(/attrs/, (file) => Buffer.from(file.toString().replace('package-count', 'package_count'))),
    ],
    'lacks a part that it names': ['refused', (one: IpsPublisher) => one.remove(/dependency/)],
    'has a format of the future': [
      'unsupported',
      (one: IpsPublisher) => one.replace(/attrs/, () => signed({ parts: {}, version: 2 }).file),
    ],
  } as const;

  for (const [how, [code, breakIt]] of Object.entries(broken))
    it(`is reported when it ${how}, and the earlier catalogue stays in use`, async () => {
      const folder = tempFolder();
      const publisher = await servePublisher(openindiana(EDITORS));
      const source = openIps(origins(publisher.url), folder);
      await source.refresh();
      const before = [await source.edition(), await source.entries()];
      publisher.publish(openindiana([{ name: 'new', depends: ['library/ncurses'] }]));
      breakIt(publisher);
      const error = await source.refresh().then(
        () => undefined,
        (thrown: AppError) => thrown,
      );
      expect(error?.code).toBe(code);
      expect(error?.message).toContain(publisher.url);
      expect(error?.hint).toMatch(/\.$/);
      const again = openIps(origins(publisher.url), folder);
      expect([await again.edition(), await again.entries()]).toEqual(before);
      expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
    });

  it('has a damaged catalogue on the disk that a refresh repairs', async () => {
    const damages: Readonly<Record<string, (path: string) => void>> = {
      cut: (path) => truncateSync(path, 20),
      changed: (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('editor/nano', 'editor/none')),
      removed: (path) => rmSync(path),
    };
    const publisher = await servePublisher(openindiana(EDITORS));
    for (const [how, damage] of Object.entries(damages)) {
      const folder = tempFolder();
      await openIps(origins(publisher.url), folder).refresh();
      const [edition = ''] = readdirSync(folder).filter((name) => name.startsWith('edition-'));
      damage(join(folder, edition, '0', 'catalog.base.C'));
      const source = openIps(origins(publisher.url), folder);
      await source.refresh();
      expect(await namesOf(source), how).toContain('editor/nano');
    }
  });

  it('is fetched again when its catalogue has no record on this host', async () => {
    const folder = tempFolder();
    const publisher = await servePublisher(openindiana(EDITORS));
    await openIps(origins(publisher.url), folder).refresh();
    truncateSync(join(folder, 'fetched.json'));
    const source = openIps(origins(publisher.url), folder);
    expect(await source.edition()).toBeUndefined();
    await source.refresh();
    expect(await namesOf(source)).toContain('editor/nano');
  });

  it('leaves nothing behind after a failed first fetch, which is reported', async () => {
    const source = openIps(origins('http://127.0.0.1:1'), tempFolder());
    await expect(source.refresh()).rejects.toMatchObject({ code: 'unreachable' });
    expect(await source.edition()).toBeUndefined();
    await expect(source.entries()).rejects.toMatchObject({ code: 'missing' });
  });

  it('keeps only the last two editions', async () => {
    const folder = tempFolder();
    const publisher = await servePublisher(openindiana(EDITORS));
    const source = openIps(origins(publisher.url), folder);
    for (let round = 0; round < 4; round++) await source.refresh();
    expect(readdirSync(folder).filter((name) => name.startsWith('edition-'))).toHaveLength(2);
  });

  it('has hostile text that stays text', async () => {
    const evil = '<script>alert(1)</script>\u001b]0;title\u0007\u202e\ttab\nline';
    const publisher = await servePublisher(
      openindiana([
        { name: 'evil', summary: evil, extra: [`set name=pkg.description value="${evil}"`] },
        {
          name: 'long',
          summary: 'x'.repeat(1_000_000),
          extra: [`set name=pkg.description value="${'y'.repeat(1_000_000)}"`],
        },
        { name: 'many', extra: [`set name=a ${'value=b '.repeat(100_000)}`] },
        { name: '../../../escaped' },
        { name: '__proto__' },
        { name: 'a\u0007b' },
        { name: 'n'.repeat(1000) },
        { name: 'odd', version: '1.0,5.11:<script>' },
      ]),
    );
    const source = await fetched(publisher.url);
    const entries = await source.entries();
    expect(entries.map(({ name }) => name)).toEqual(['evil', 'long', 'many']);
    expect(entries[0]?.summary).toContain('<script>alert(1)</script>');
    expect(entries[0]?.summary).not.toMatch(/\p{Cc}|\u202e/u);
    expect(entries[1]?.summary).toHaveLength(500);
    expect(readCatalogue(catalogueText(entries))).toEqual(entries);
    expect((await source.details('long'))?.description).toHaveLength(20_000);
    expect((await source.details('evil'))?.description.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\u202e/u);
    expect(await source.details('__proto__')).toBeUndefined();
    publisher.publish({ publisher: '<b>\u001b', packages: EDITORS });
    await source.refresh();
    expect(await source.entries()).toEqual([]);
    expect(({} as Record<string, unknown>)['version']).toBeUndefined();
  });

  it('writes nothing beside the folder when names of publishers and parts are paths', async () => {
    const above = tempFolder();
    const folder = join(above, 'cache');
    const publisher = await servePublisher(openindiana(EDITORS));
    publisher.replace(/publisher\/0/, () =>
      Buffer.from(JSON.stringify({ publishers: [{ name: '../../up' }, { name: 7 }, { name: 'openindiana.org' }] })),
    );
    publisher.replace(/attrs/, (file) => {
      const read = JSON.parse(file.toString()) as { parts: Record<string, object>; _SIGNATURE?: object };
      delete read._SIGNATURE;
      return signed({ ...read, parts: { ...read.parts, '../../out': { 'signature-sha-1': 'x' } } }).file;
    });
    mkdirSync(folder);
    const source = openIps(origins(publisher.url), folder);
    await source.refresh();
    expect(await namesOf(source)).toContain('editor/vim');
    expect(readdirSync(above)).toEqual(['cache']);
    expect(publisher.requests.filter((path) => path.includes('out') || path.includes('up'))).toEqual([]);
    const [edition = ''] = readdirSync(folder).filter((name) => name.startsWith('edition-'));
    expect(readdirSync(join(folder, edition, '0')).sort()).toEqual([
      'catalog.base.C',
      'catalog.dependency.C',
      'catalog.summary.C',
    ]);
    expect(readFileSync(join(folder, 'fetched.json'), 'utf8')).not.toContain('../');
  });
});
