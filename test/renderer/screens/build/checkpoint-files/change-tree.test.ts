import { describe, expect, it } from 'vitest';
import {
  changeRows,
  changeTree,
  openAtFirst,
} from '../../../../../src-renderer/screens/build/checkpoint-files/change-tree';
import type { TreeChange } from '../../../../../src-shared/engine-answers/files';

const change = (
  path: string,
  kind: TreeChange['change'],
  before: number | null = null,
  after: number | null = null,
): TreeChange => ({
  change: kind,
  path,
  type: 'file',
  before,
  after,
  what: kind === 'changed' ? ['content'] : [],
});

const changes: TreeChange[] = [
  change('boot', 'removed', 5),
  change('etc/hosts', 'changed', 10, 30),
  change('etc/ssh/key', 'added', null, 100),
  change('usr/bin/tool', 'removed', 1000),
  { ...change('usr/share', 'added', null, 4096), type: 'folder' },
];

const names = (open: ReadonlySet<string>): string[] =>
  changeRows(changeTree(changes), open).map(
    ({ node, level, position, siblings }) => `${'  '.repeat(level - 1)}${node.name} ${position}/${siblings}`,
  );

describe('changed files as a tree', () => {
  it('puts folders first, and adds up what is below them', () => {
    const [etc, usr, boot] = changeTree(changes);
    expect([etc?.name, usr?.name, boot?.name]).toEqual(['etc', 'usr', 'boot']);
    expect(etc).toMatchObject({ added: 1, changed: 1, removed: 0, grown: 120, change: undefined });
    // The size of a folder does not count.
    expect(usr).toMatchObject({ added: 1, changed: 0, removed: 1, grown: -1000 });
    expect(boot).toMatchObject({ removed: 1, grown: -5, children: [] });
  });

  it('shows what is below open folders only', () => {
    expect(names(new Set())).toEqual(['etc 1/3', 'usr 2/3', 'boot 3/3']);
    expect(names(new Set(['etc', 'etc/ssh', 'usr/bin']))).toEqual([
      'etc 1/3',
      '  ssh 1/2',
      '    key 1/1',
      '  hosts 2/2',
      'usr 2/3',
      'boot 3/3',
    ]);
  });

  it('is open while that is few rows, and begins with its top when it is many', () => {
    expect(names(openAtFirst(changeTree(changes)))).toHaveLength(9);
    const many = Array.from({ length: 500 }, (_, at) => change(`pkg_image/${at % 2 ? 'usr' : 'etc'}/${at}`, 'added'));
    expect([...openAtFirst(changeTree(many))]).toEqual(['pkg_image']);
  });

  it('shows every name as it is', () => {
    const odd = ['__proto__/constructor', 'constructor', ' /\u202e', '<b>'].map((path) => change(path, 'added'));
    expect(changeTree(odd).map(({ name }) => name)).toEqual([' ', '__proto__', '<b>', 'constructor']);
  });
});
