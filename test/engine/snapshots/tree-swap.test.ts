import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TreeSwap } from '../../../src-engine/snapshots/tree-swap';

describe('replacing a tree by one made beside it', () => {
  let folder: string;
  let swap: TreeSwap;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-swap-'));
    swap = new TreeSwap(join(folder, 'data'), async (path) => rmSync(path, { recursive: true, force: true }));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const tree = (name: string, content: string): void => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'content'), content);
  };
  const content = (): string => readFileSync(join(folder, 'data/content'), 'utf8');
  const exists = (name: string): boolean => existsSync(join(folder, name));

  it('puts the new one in place', async () => {
    tree('data', 'old');
    tree('data.new', 'new');
    await swap.swapIn();
    expect([content(), exists('data.old'), exists('data.new')]).toEqual(['new', false, false]);
  });

  it('has the old one when there is no new one', async () => {
    tree('data', 'old');
    await expect(swap.swapIn()).rejects.toThrow('ENOENT');
    expect([content(), exists('data.old')]).toEqual(['old', false]);
  });

  it.each([
    ['before the first rename', ['data', 'data.new'], 'data'],
    ['between the renames', ['data.old', 'data.new'], 'data.new'],
    ['after the second rename', ['data', 'data.old'], 'data'],
    ['by hand: only the old one is left', ['data.old'], 'data.old'],
  ])('recovers from a crash %s', async (_when, present, survivor) => {
    for (const name of present) tree(name, name);
    await swap.recover();
    await swap.recover();
    expect([content(), exists('data.old'), exists('data.new')]).toEqual([survivor, false, false]);
  });
});
