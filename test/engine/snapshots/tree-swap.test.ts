import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
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

  const names = (): string[] => readdirSync(folder).sort();

  it('puts the new one in place', async () => {
    tree('data', 'old');
    tree(basename(swap.fresh), 'new');
    await swap.swapIn();
    expect([content(), names()]).toEqual(['new', ['data']]);
  });

  it('has the old one when there is no new one', async () => {
    tree('data', 'old');
    await expect(swap.swapIn()).rejects.toThrow('ENOENT');
    expect([content(), names()]).toEqual(['old', ['data']]);
  });

  it.each([
    ['before the first rename', ['data', 'data.new-7-1700000000001'], 'data'],
    ['between the renames', ['data.old-7-1700000000001', 'data.new-7-1700000000001'], 'data.old-7-1700000000001'],
    [
      'between the renames, when a killed tool made another',
      ['data.new-6-1700000000000', 'data.old-7-1700000000001', 'data.new-7-1700000000001'],
      'data.old-7-1700000000001',
    ],
    ['after the second rename', ['data', 'data.old-7-1700000000001'], 'data'],
  ])('recovers from a crash %s', async (_when, present, survivor) => {
    for (const name of present) tree(name, name);
    await swap.recover();
    await swap.recover();
    expect([content(), names()]).toEqual([survivor, ['data']]);
  });

  it('leaves files with similar names alone', async () => {
    for (const name of ['data', 'data.old', 'data.new-mine', 'data2.old-7-1700000000001']) tree(name, name);
    await swap.recover();
    expect(names()).toEqual(['data', 'data.new-mine', 'data.old', 'data2.old-7-1700000000001']);
  });
});
