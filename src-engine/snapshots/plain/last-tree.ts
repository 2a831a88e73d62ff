import { lstatSync } from 'node:fs';
import { below, systemPath } from '../bytes';
import type { LiveState } from './live-state';
import type { PlainStore } from './plain-store';
import type { TreeRecord } from './record';
import { sameContent } from './same-content';
import { readIndex } from './tree-index';

/** Smaller files are stored again when only their metadata changed: comparing costs more than the copy. */
const MIN_COMPARED_BYTES = 64 * 1024;
/** Allocations of equal files may differ by this much. */
const BLOCKS_TOLERANCE = 128n;

/** The last tree that the build data was known to equal, for files whose stamps prove nothing. */
export class LastTree {
  #records: ReadonlyMap<string, TreeRecord> | undefined;

  constructor(
    readonly root: string,
    readonly store: PlainStore,
    readonly state: LiveState | undefined,
  ) {}

  /** The record at a path. */
  record(path: string): TreeRecord | undefined {
    this.#records ??= new Map(this.#read().map((record) => [record.path, record]));
    return this.#records.get(path);
  }

  /** The object whose content a changed file still has, for instance after `chmod`; `undefined` for small and other files. */
  storedContent(record: TreeRecord): string | undefined {
    if (record.type !== 'file' || record.size < MIN_COMPARED_BYTES) return undefined;
    const old = this.record(record.path);
    return old && this.hasContentOf(record, old) ? (old.content ?? old.object) : undefined;
  }

  /** Whether a live file has the stored content of a record. */
  hasContentOf(record: TreeRecord, old: TreeRecord): boolean {
    const reference = old.content ?? old.object;
    if (old.type !== 'file' || old.size !== record.size || reference === undefined) return false;
    const [path, object] = [below(this.root, record.path), this.store.objectPath(reference)];
    const [live, stored] = [path, object].map((at) =>
      lstatSync(systemPath(at), { bigint: true, throwIfNoEntry: false }),
    );
    if (!live || !stored) return false;
    // A hole that was filled with zeros, or the opposite, is a change too.
    const difference = live.blocks - stored.blocks;
    if (difference > BLOCKS_TOLERANCE || difference < -BLOCKS_TOLERANCE) return false;
    return sameContent(path, object);
  }

  #read(): readonly TreeRecord[] {
    if (this.state) return this.state.tree.records;
    const newest = this.store.list().at(-1);
    try {
      return newest ? readIndex(newest.path).records : [];
    } catch {
      return []; // It is damaged, so that everything is stored again.
    }
  }
}
