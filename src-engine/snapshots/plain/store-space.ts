import { lstatSync } from 'node:fs';
import { isOnType } from '../../system/file-system-type';
import { systemPath } from '../bytes';
import { DamagedSnapshot } from '../damaged';
import type { PlainStore } from './plain-store';
import { readIndex, referencesOf } from './tree-index';

/** The unit of `blocks` of stat(2). */
const BLOCK_BYTES = 512;

/** A tree of the store. Snapshots of equal trees have one. */
interface StoredTree {
  /** The indexes that have it. */
  readonly paths: string[];
  readonly references: ReadonlySet<string>;
  /** Blocks of each index file. */
  readonly indexBlocks: Map<bigint, number>;
}

/** The space that the snapshots of a store occupy. Objects that several snapshots share count once. */
export class StoreSpace {
  readonly #store: PlainStore;
  readonly #trees: readonly StoredTree[];
  /** The number of trees that refer to each object. */
  readonly #uses: ReadonlyMap<string, number>;

  private constructor(store: PlainStore, trees: readonly StoredTree[]) {
    this.#store = store;
    this.#trees = trees;
    this.#uses = usesOf(trees);
  }

  /**
   * Reads all indexes. `undefined` where the space is not known: this account may not read a snapshot, one is damaged or from version one,
   * or the file system lets files share blocks.
   */
  static read(store: PlainStore): StoreSpace | undefined {
    const trees = new Map<string, StoredTree>();
    try {
      for (const { path, isTree } of store.all()) {
        if (isTree || sharesBlocks(store.folder)) return undefined;
        const { head, records } = readIndex(path);
        const tree = trees.get(head.id) ?? {
          paths: [],
          references: new Set(records.flatMap(referencesOf)),
          indexBlocks: new Map<bigint, number>(),
        };
        const { ino, blocks } = lstatSync(path, { bigint: true });
        tree.paths.push(path);
        tree.indexBlocks.set(ino, Number(blocks));
        trees.set(head.id, tree);
      }
      return new StoreSpace(store, [...trees.values()]);
    } catch (error) {
      if (
        error instanceof DamagedSnapshot ||
        ['EACCES', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')
      )
        return undefined;
      throw error;
    }
  }

  /** Bytes that all snapshots occupy. */
  get used(): number {
    return this.freedBy(new Set(this.#trees.flatMap(({ paths }) => paths)));
  }

  /**
   * Bytes that removing these snapshots together frees.
   *
   * @param paths of their indexes
   */
  freedBy(paths: ReadonlySet<string>): number {
    const gone = this.#trees.filter((tree) => tree.paths.every((path) => paths.has(path)));
    let blocks = 0;
    for (const [reference, uses] of usesOf(gone))
      if (uses === this.#uses.get(reference)) blocks += this.#blocksOf(reference);
    for (const { indexBlocks } of gone) for (const count of indexBlocks.values()) blocks += count;
    return blocks * BLOCK_BYTES;
  }

  #blocksOf(reference: string): number {
    return lstatSync(systemPath(this.#store.objectPath(reference)), { throwIfNoEntry: false })?.blocks ?? 0;
  }
}

function usesOf(trees: readonly StoredTree[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const { references } of trees)
    for (const reference of references) uses.set(reference, (uses.get(reference) ?? 0) + 1);
  return uses;
}

/**
 * Whether files can share blocks there. The blocks of a file are then no measure of what its removal frees: an object may share them
 * with the build data.
 */
const sharesBlocks = (folder: string): boolean => isOnType(folder, 'btrfs', 'xfs', 'zfs', 'bcachefs');
