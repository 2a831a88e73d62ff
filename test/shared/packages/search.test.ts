import { describe, expect, it } from 'vitest';
import type { CatalogueEntry } from '../../../src-shared/packages/catalogue';
import { CatalogueSearch } from '../../../src-shared/packages/search';

const entry = (name: string, summary = '', more: Partial<CatalogueEntry> = {}): CatalogueEntry => ({
  name,
  summary,
  version: '1',
  section: '',
  provides: [],
  ...more,
});

const search = new CatalogueSearch(
  [
    entry('avahi', 'network discovery'),
    entry('editor/vim', 'the editor of IPS'),
    entry('gvim', 'Vi IMproved, graphical'),
    entry('libvimeo', 'streams'),
    entry('mawk', 'patterns', { provides: ['awk', 'awkward-thing'] }),
    entry('nano', 'small editor', { section: 'editors' }),
    entry('network-manager', 'manages networks'),
    entry('neovim', 'heavily refactored Vim'),
    entry('vim', 'Vi IMproved'),
    entry('vim-tiny', 'Vi IMproved, compact'),
    entry('wicd', 'another network thing of a manager'),
  ].sort((a, b) => (a.name < b.name ? -1 : 1)),
);
const find = (query: string): string[] => search.find(query).map((index) => search.entries[index]?.name ?? '');

describe('the search of a catalogue', () => {
  it('returns the exact name first, then prefixes, words, parts, and summaries', () => {
    expect(find('vim')).toEqual(['vim', 'editor/vim', 'vim-tiny', 'gvim', 'neovim', 'libvimeo']);
    expect(find('network')).toEqual(['network-manager', 'wicd', 'avahi']);
  });

  it('finds two signs of a script without spaces in a summary', () => {
    const japanese = new CatalogueSearch([entry('editor', '日本語 Vim'), entry('日本', 'a name')]);
    const names = (query: string) => japanese.find(query).map((index) => japanese.entries[index]?.name);
    expect([names('日本'), names('日本語'), names('vi')]).toEqual([['日本', 'editor'], ['editor'], []]);
  });

  it('requires every word of a query, in any order and place', () => {
    expect(find('manager network')).toEqual(['network-manager', 'wicd']);
    expect(find('network nothing')).toEqual([]);
  });

  it('matches one and two letters with the start of a name or of a word in it', () => {
    expect(find('v')).toEqual(['vim', 'vim-tiny', 'editor/vim']);
    expect(find('vi')).toEqual(['vim', 'vim-tiny', 'editor/vim']);
  });

  it('finds names that packages provide, and sections', () => {
    expect(find('awk')).toEqual(['mawk']);
    expect(find('editors')).toEqual(['nano']);
  });

  it('has tests, documentation and development files after what they belong to', () => {
    const names = [
      'openssh-client',
      'openssh-server',
      'openssh-sftp-server',
      'openssh-tests',
      'libssh-dev',
      'libssh-4',
    ];
    const of = new CatalogueSearch(names.map((name) => entry(name)));
    const found = (query: string): string[] => of.find(query).map((index) => names[index] ?? '');
    expect(found('openssh')).toEqual(['openssh-client', 'openssh-server', 'openssh-sftp-server', 'openssh-tests']);
    expect(found('libssh')).toEqual(['libssh-4', 'libssh-dev']);
    expect(found('openssh-tests')).toEqual(['openssh-tests']);
  });

  it('finds the same while a query grows letter by letter as at once, also after letters were removed', () => {
    for (const query of ['network manager', 'editor', 'vim', 'awk', 'manager network', 'v', 'vi']) {
      const typed = new CatalogueSearch(search.entries);
      for (let length = 1; length <= query.length; length++)
        expect(typed.find(query.slice(0, length))).toEqual(
          new CatalogueSearch(search.entries).find(query.slice(0, length)),
        );
      for (let length = query.length; length > 0; length--)
        expect(typed.find(query.slice(0, length))).toEqual(
          new CatalogueSearch(search.entries).find(query.slice(0, length)),
        );
    }
  });

  it('ignores capitals, and returns everything by the alphabet for an empty query', () => {
    expect(find('  VIM-T ')).toEqual(['vim-tiny']);
    expect(find(' ')).toEqual(search.entries.map(({ name }) => name));
  });
});
