import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderTree } from '../../../src-engine/snapshots/folder-tree';
import { resolvePath } from '../../../src-engine/snapshots/resolve-path';
import { runTool } from '../../support/run-tool';

let root: string;
const at = (path: string): Buffer => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-tree-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs a function as an ordinary user, for whom modes apply. */
async function asUser(body: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return body();
  process.seteuid?.(65534);
  try {
    await body();
  } finally {
    process.seteuid?.(0);
  }
}

describe('a folder as a tree', () => {
  it('has names that are not UTF-8, in the order of bytes, and reads what they name', async () => {
    mkdirSync(at('d\xff'));
    writeFileSync(at('d\xff/b'), 'x');
    writeFileSync(at('d\xff/\xe9'), 'latin');
    writeFileSync(at('d\xff/a'), 'x');
    const tree = new FolderTree(root);
    expect(await tree.names('d\xff')).toEqual(['a', 'b', '\xe9']);
    expect(await tree.entry('d\xff/\xe9')).toMatchObject({ type: 'file', size: 5, mode: 0o644 });
    expect((await buffer(await tree.read('d\xff/\xe9'))).toString()).toBe('latin');
    expect((await buffer(await tree.read('d\xff/\xe9', 1))).toString()).toBe('la');
  });

  it('reads large files whole, and follows no link', async () => {
    const content = Buffer.alloc(300_001, 'slipway');
    writeFileSync(at('large'), content);
    symlinkSync('large', at('link'));
    runTool('mkfifo', join(root, 'fifo'));
    const tree = new FolderTree(root);
    expect((await buffer(await tree.read('large'))).equals(content)).toBe(true);
    expect(await tree.entry('link')).toMatchObject({ type: 'link', target: 'large' });
    for (const path of ['link', 'fifo', 'none', 'large/below'])
      await expect(tree.read(path)).rejects.toMatchObject({ code: 'missing' });
    expect(await tree.entry('none')).toBeUndefined();
    await expect(tree.names('none')).rejects.toMatchObject({ code: 'missing' });
  });

  it('is refused with the name of the folder that cannot be read', async () => {
    chmodSync(root, 0o755);
    mkdirSync(at('secret'));
    writeFileSync(at('secret/file'), 'x');
    chmodSync(at('secret'), 0o700);
    writeFileSync(at('own'), 'x', { mode: 0o600 });
    await asUser(async () => {
      const tree = new FolderTree(root);
      const error = (path: string) => ({
        code: 'snapshot',
        message: expect.stringContaining(`${path} cannot be read: EACCES`) as string,
        hint: expect.stringContaining('root') as string,
      });
      await expect(tree.names('secret')).rejects.toMatchObject(error('secret'));
      await expect(tree.entry('secret/file')).rejects.toMatchObject(error('secret/file'));
      await expect(tree.read('own')).rejects.toMatchObject(error('own'));
      await expect(resolvePath(tree, 'secret/file')).rejects.toMatchObject(error('secret/file'));
    });
  });

  it('resolves paths through links that stay inside, and through no others', async () => {
    mkdirSync(at('usr/lib'), { recursive: true });
    writeFileSync(at('usr/lib/file'), 'x');
    for (const [target, link] of [
      ['usr/lib', 'lib'],
      ['../lib/./file', 'usr/relative'],
      ['/etc', 'absolute'],
      ['../../../../../../../etc', 'usr/out'],
      ['loop', 'loop'],
    ] as const)
      symlinkSync(target, at(link));
    const tree = new FolderTree(root);
    const found = async (path: string, followLast = false) => (await resolvePath(tree, path, { followLast }))?.path;
    expect(await found('lib/file')).toBe('usr/lib/file');
    expect(await found('/usr//lib/./file')).toBe('usr/lib/file');
    expect(await found('usr/../usr/lib')).toBe('usr/lib');
    expect(await found('../../usr')).toBe('usr');
    expect(await found('')).toBe('');
    expect(await found('usr/relative')).toBe('usr/relative');
    expect(await found('usr/relative', true)).toBe('usr/lib/file');
    for (const path of ['absolute/passwd', 'usr/out/passwd', 'loop/x', 'usr/lib/file/x', 'none'])
      expect(await found(path)).toBeUndefined();
    expect(await found('absolute', true)).toBeUndefined();
    expect((await resolvePath(tree, 'lib/file', { root: 'usr', followLast: true }))?.path).toBe('usr/lib/file');
    expect(await resolvePath(tree, '../x', { root: 'usr' })).toBeUndefined();
  });
});
