import { copyFileSync, linkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { listOf, object, text } from '../../../src-shared/shape';
import { exists, readRegularFile, writeFileAtomically } from '../../system/files';
import { parseJson } from '../../system/json-file';
import type { TreeRecord } from './record';
import type { LiveEntry } from './scan';
import { readIndex, referencesOf, type TreeIndex } from './tree-index';

/** More than enough for five million files. */
const MAX_STAMPS_BYTES = 256 * 1024 * 1024;

const liveStamps = object('LiveStamps', 'The stamps of the live inodes.', { id: text, stamps: listOf(text) });

/** A live inode whose content and metadata are known from the last snapshot or rollback. */
export type KnownInodes = ReadonlyMap<string, TreeRecord>;

/** The tree that the build data equalled when it was last compared. */
export class LiveState {
  #known: KnownInodes | undefined;

  /** @param stamps in the order of the tree's records; empty where the inode has to be compared */
  constructor(
    readonly tree: TreeIndex,
    readonly stamps: readonly string[],
  ) {}

  /** Whether these are the same inodes as when the state was written, and all are unchanged. */
  equals(entries: readonly LiveEntry[]): boolean {
    const { tree, stamps } = this;
    if (tree.records.length !== entries.length) return false;
    return entries.every(({ record, stamp }, n) => stamp === stamps[n] && record.path === tree.records[n]?.path);
  }

  /** Records by the stamp of their live inode. Computed on demand: an unchanged tree does not need it. */
  get known(): KnownInodes {
    this.#known ??= new Map(
      this.tree.records.flatMap((record, n): [string, TreeRecord][] => {
        const stamp = this.stamps[n];
        return stamp ? [[stamp, record]] : [];
      }),
    );
    return this.#known;
  }
}

/**
 * Records which live inode has which record, so that unchanged files are not read again. Each change of an inode gives
 * it another stamp, so a stamp is valid as long as it is found. A crash can make this state useless and never wrong.
 */
export class LiveStateFile {
  /** An index file with the tree. */
  readonly treePath: string;
  readonly #stamps: string;

  constructor(folder: string) {
    this.treePath = join(folder, '.live-tree');
    this.#stamps = join(folder, '.live-stamps');
  }

  /** The last state; `undefined` when it is missing or damaged. */
  read(): LiveState | undefined {
    try {
      const found = parseJson(readRegularFile(this.#stamps, MAX_STAMPS_BYTES).toString(), liveStamps);
      if (!found) return undefined;
      const tree = readIndex(this.treePath);
      if (tree.head.id !== found.id || tree.records.length !== found.stamps.length) return undefined;
      return new LiveState(tree, found.stamps);
    } catch {
      return undefined; // missing or damaged: the next snapshot compares more
    }
  }

  /**
   * Writes a state. The content of the inodes is on the disk already: after a power loss no stamp may exist without its
   * content.
   *
   * @param index the file with the tree
   * @param stamps in the order of the tree's records; empty where the next snapshot has to compare
   */
  write(index: string, id: string, stamps: readonly string[]): void {
    try {
      this.#replaceTree(index);
      writeFileAtomically(this.#stamps, JSON.stringify({ id, stamps }));
    } catch {
      this.clear(); // a full disk, for instance: the next snapshot compares more
    }
  }

  #replaceTree(index: string): void {
    const next = `${this.treePath}.partial`;
    rmSync(next, { force: true });
    try {
      linkSync(index, next);
    } catch {
      copyFileSync(index, next); // a file system without hard links
    }
    renameSync(next, this.treePath);
    rmSync(next, { force: true }); // renaming a name onto another one of the same inode has no effect
  }

  /** Forgets inodes whose objects are about to be removed. */
  forget(removed: ReadonlySet<string>): void {
    if (removed.size === 0 || !exists(this.#stamps)) return;
    const state = this.read();
    if (!state) return this.clear();
    const isGone = (record: TreeRecord): boolean => referencesOf(record).some((reference) => removed.has(reference));
    if (!state.tree.records.some(isGone)) return;
    const stamps = state.tree.records.map((record, n) => (isGone(record) ? '' : (state.stamps[n] ?? '')));
    try {
      writeFileAtomically(this.#stamps, JSON.stringify({ id: state.tree.head.id, stamps }));
    } catch {
      this.clear(); // a full disk: the removal goes on
    }
  }

  clear(): void {
    rmSync(this.#stamps, { recursive: true, force: true });
    rmSync(this.treePath, { recursive: true, force: true });
  }
}
