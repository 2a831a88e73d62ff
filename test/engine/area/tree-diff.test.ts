import { describe, expect, it } from 'vitest';
import { diffTrees, type TreeChange } from '../../../src-engine/area/tree-diff';
import type { TreeView } from '../../../src-engine/snapshots/tree-view';
import { AppError } from '../../../src-shared/errors';
import { TreeInMemory } from '../../support/tree-in-memory';

const text = (content: string): Buffer => Buffer.from(content);

async function diff(before: TreeView, after: TreeView): Promise<TreeChange[]> {
  const changes: TreeChange[] = [];
  for await (const change of diffTrees(before, after)) changes.push(change);
  return changes;
}

describe('two trees', () => {
  it('are compared by metadata and by content of equal size, whatever pieces it comes in', async () => {
    const before = new TreeInMemory({
      same: text('0123456789'),
      content: text('0123456789'),
      longer: text('0'),
      mode: { content: text('x'), mode: 0o600 },
      owner: { content: text('x'), uid: 7 },
      link: { type: 'link', target: 'a' },
      node: { type: 'other', node: 'char 1:3' },
      type: 'folder',
      'type/inside': text('x'),
      gone: text('x'),
    });
    const after = new TreeInMemory({
      same: text('0123456789'),
      content: text('012345678!'),
      longer: text('01'),
      mode: text('x'),
      owner: text('x'),
      link: { type: 'link', target: 'b' },
      node: { type: 'other', node: 'char 1:5' },
      type: text('now a file'),
      new: 'folder',
      'new/file': text('x'),
      more: text(''),
    });
    const changes = await diff(before, after);
    expect(changes.map(({ path, change, what }) => [path, change, ...what])).toEqual([
      ['content', 'changed', 'content'],
      ['gone', 'removed'],
      ['link', 'changed', 'target'],
      ['longer', 'changed', 'content'],
      ['mode', 'changed', 'mode'],
      ['more', 'added'],
      ['new', 'added'],
      ['new/file', 'added'],
      ['node', 'changed', 'type'],
      ['owner', 'changed', 'owner'],
      ['type', 'changed', 'type'],
      ['type/inside', 'removed'],
    ]);
  });

  it('are not read where their entries are of one identity, folders with all below them', async () => {
    const entries = {
      file: { content: text('same'), identity: 'f1' },
      folder: { type: 'folder', identity: 'd1' },
      'folder/inside': text('x'),
    } as const;
    const [before, after] = [new TreeInMemory(entries), new TreeInMemory(entries)];
    const asked: string[] = [];
    before.before = (method, path) => asked.push(`${method} ${path}`);
    expect(await diff(before, after)).toEqual([]);
    expect(before.reads).toEqual([]);
    expect(asked).not.toContain('names folder');
  });

  it('are an error with the path when one cannot be read, never an answer without changes', async () => {
    const entries = { secret: 'folder', 'secret/file': text('x') } as const;
    for (const method of ['names', 'read'] as const) {
      const [before, after] = [new TreeInMemory(entries), new TreeInMemory({ ...entries, 'secret/file': text('y') })];
      after.before = (called, path) => {
        if (called === method && path.startsWith('secret')) throw new AppError('snapshot', `${path} cannot be read`);
      };
      await expect(diff(before, after)).rejects.toMatchObject({
        code: 'snapshot',
        message: expect.stringContaining('secret') as string,
      });
    }
  });

  it.each(['names', 'entry', 'read'] as const)(
    'are "changing" when one changes before its %s is read, never different',
    async (method) => {
      const entries = { folder: 'folder', 'folder/file': text('x') } as const;
      const [before, after] = [new TreeInMemory(entries), new TreeInMemory(entries)];
      after.before = (called, path) => {
        if (called !== method || path === '') return;
        for (const at of [...after.entries.keys()])
          if (at === path || at.startsWith(`${path}/`)) after.entries.delete(at);
      };
      await expect(diff(before, after)).rejects.toMatchObject({ code: 'changing' });
    },
  );

  it('are "changing" when one is gone as a whole', async () => {
    const [before, after] = [new TreeInMemory({ a: text('x') }), new TreeInMemory({ a: text('x') })];
    after.entry = () => Promise.resolve(undefined);
    await expect(diff(before, after)).rejects.toMatchObject({ code: 'changing' });
  });
});
