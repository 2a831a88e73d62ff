import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SnapshotStore } from '../../../src-engine/snapshots/store';

describe('the folder that snapshots are kept in', () => {
  let folder: string;
  beforeEach(() => (folder = join(mkdtempSync(join(tmpdir(), 'slipway-store-')), 'snapshots')));
  afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

  const add = (store: SnapshotStore, name: string): void => void mkdirSync(store.next(name).path);
  const names = (store: SnapshotStore): string[] => store.list().map(({ name }) => name);

  it('lists snapshots in the order in which they were taken, for any clock and any names', () => {
    const store = new SnapshotStore(folder);
    for (const name of ['z', '10', '9', 'a-b-c', '.step_x']) add(store, name);
    expect(names(store)).toEqual(['z', '10', '9', 'a-b-c', '.step_x']);
    expect(store.newerThan(store.find('9')).map(({ name }) => name)).toEqual(['a-b-c', '.step_x']);
  });

  it('does not list what a crash left, and recognises it', () => {
    const store = new SnapshotStore(folder);
    add(store, 'a');
    const partial = store.hidden('partial', store.next('b'));
    mkdirSync(partial);
    writeFileSync(join(folder, 'note'), '');
    expect(names(store)).toEqual(['a']);
    expect(store.leftovers().sort()).toEqual([partial, join(folder, 'note')].sort());
  });

  it('is empty before it exists', () => {
    const store = new SnapshotStore(folder);
    expect([store.list(), store.leftovers()]).toEqual([[], []]);
    expect(() => store.find('a')).toThrow(/no snapshot a/);
  });

  it('refuses a name that would leave it', () => {
    expect(() => new SnapshotStore(folder).next('../../etc')).toThrow(/cannot be the name/);
  });
});
