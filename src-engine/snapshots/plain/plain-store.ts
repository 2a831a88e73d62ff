import { lstatSync, mkdirSync, readdirSync, renameSync, unlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import { syncFolder } from '../../system/durable';
import type { Snapshot } from '../backend';
import { assertSnapshotName } from '../names';
import { bytePath } from '../bytes';
import { numberedPath } from './copy-inodes';
import { isFullDisk } from './full-disk';
import { indexDamage, packOf, readHead, readIfWhole, readIndex, referencesOf, type TreeIndex } from './tree-index';

const INDEX = /^index-(\d{6})-(\d+)-(.+)$/;
/** The index of a snapshot that only parked lines have; see `ParkedEntries`. */
const HIDDEN_INDEX = /^parked-(index-(\d{6})-.+)$/;
const PACK = /^pack-(\d{6,})$/;
/** Snapshots of version one: whole trees. */
const TREE = /^(\d{6})-(\d+)-(.+)$/;
/** State that is kept between operations. Other names with a leading dot are unfinished work. */
const STATE = ['.live-tree', '.live-stamps'];

/** A snapshot of the store. Its index file is at `path`, or the tree itself when version one took it. */
export interface PlainSnapshot extends Snapshot {
  readonly path: string;
  readonly isTree: boolean;
}

/**
 * The folder with the snapshots of plain directories:
 *
 * - `index-NUMBER-TIME-NAME`: one file per snapshot. One rename lists the snapshot, another one removes it.
 * - `pack-NUMBER`: inodes that were new when a snapshot was taken. Any number of indexes refer to them.
 * - names with a leading dot: unfinished work and state of this host. No snapshot needs them.
 */
export class PlainStore {
  constructor(readonly folder: string) {}

  /** The reasons why the indexes of snapshots cannot be used, by their paths. */
  damages(snapshots: readonly PlainSnapshot[]): ReadonlyMap<string, string> {
    const packs = new Set(this.#names().map((name) => numberIn(PACK, name)));
    return new Map(
      snapshots.flatMap(({ path, isTree }): [string, string][] => {
        const damage = isTree ? undefined : indexDamage(path, (pack) => packs.has(pack));
        return damage === undefined ? [] : [[path, damage]];
      }),
    );
  }

  /** The snapshots in the order in which they were taken. */
  list(): PlainSnapshot[] {
    const names = this.#names();
    const indexed = new Set(names);
    // Version one's are older than all others. One with an index is about to become a pack.
    const trees = names.filter((name) => TREE.test(name) && !indexed.has(`index-${name}`)).sort();
    return [
      ...trees.map((entry) => this.#snapshot(entry, TREE.exec(entry), true)),
      ...names
        .filter((name) => INDEX.test(name))
        .sort()
        .map((entry) => this.#snapshot(entry, INDEX.exec(entry), false)),
    ];
  }

  #snapshot(entry: string, match: RegExpExecArray | null, isTree: boolean): PlainSnapshot {
    const [, , takenAt, name = ''] = match ?? [];
    const path = join(this.folder, entry);
    return { name, id: path, takenAt: Number(takenAt), path, isTree };
  }

  find(name: string): PlainSnapshot {
    const found = this.list().find((snapshot) => snapshot.name === name);
    if (!found) throw new AppError('snapshot', `There is no snapshot ${name} in ${this.folder}.`);
    return found;
  }

  /** The snapshots taken after this one, oldest first. */
  newerThan(snapshot: PlainSnapshot): PlainSnapshot[] {
    const all = this.list();
    return all.slice(all.findIndex(({ path }) => path === snapshot.path) + 1);
  }

  /** The entry of a new snapshot. Refuses a name that exists. */
  next(name: string): PlainSnapshot {
    assertSnapshotName(name);
    if (this.list().some((snapshot) => snapshot.name === name))
      throw new AppError('snapshot', `The snapshot ${name} already exists in ${this.folder}.`);
    return this.entryAfterAll(name);
  }

  /** The entry that follows all others, those of parked lines included. */
  entryAfterAll(name: string): PlainSnapshot {
    mkdirSync(this.folder, { recursive: true });
    const numbers = this.#names().flatMap((entry) => [INDEX, TREE].map((pattern) => numberIn(pattern, entry)));
    const hidden = this.#names().map((entry) => Number(HIDDEN_INDEX.exec(entry)?.[2] ?? 0));
    const number = Math.max(0, ...numbers, ...hidden) + 1;
    const takenAt = Math.floor(Date.now() / 1000);
    return this.entry(`index-${String(number).padStart(6, '0')}-${takenAt}-${name}`);
  }

  /** The entry of a version-one tree that gets an index. */
  entryOfTree(tree: string): PlainSnapshot {
    return this.entry(`index-${basename(tree)}`);
  }

  /** The snapshot of an index file, which may lie at another path. */
  entry(entry: string, path = join(this.folder, entry)): PlainSnapshot {
    return { ...this.#snapshot(entry, INDEX.exec(entry), false), id: path, path };
  }

  /** The snapshots of the build data and those that only parked lines have. */
  all(): PlainSnapshot[] {
    const hidden = this.#names().flatMap((name) => {
      const entry = HIDDEN_INDEX.exec(name)?.[1];
      return entry === undefined ? [] : [this.entry(entry, join(this.folder, name))];
    });
    return [...hidden, ...this.list()];
  }

  /** The number of a pack that does not exist yet. */
  nextPack(): number {
    return Math.max(0, ...this.#names().map((name) => numberIn(PACK, name))) + 1;
  }

  /** The folder of a pack. */
  packPath(pack: number): string {
    return join(this.folder, `pack-${String(pack).padStart(6, '0')}`);
  }

  /** The path of an object, with a character per byte. */
  objectPath(reference: string): string {
    const mark = /[/:]/.exec(reference)?.index ?? 0;
    const name = reference.slice(mark + 1);
    const pack = bytePath(this.packPath(packOf(reference)));
    return reference[mark] === ':' ? `${pack}/${name}` : `${pack}/${numberedPath(Number(name))}`;
  }

  /** Packs to which no index refers, for instance because a crash came before the index was listed. */
  unusedPacks(): string[] {
    if (this.#isDamaged()) return []; // its packs may be needed when it is repaired
    const used = new Set(this.all().flatMap(({ path, isTree }) => (isTree ? [] : readHead(path).packs)));
    return this.#names()
      .filter((name) => PACK.test(name) && !used.has(numberIn(PACK, name)))
      .map((name) => join(this.folder, name));
  }

  /** Whole trees of version one, oldest first. */
  trees(): string[] {
    return this.#names()
      .filter((name) => TREE.test(name))
      .sort()
      .map((name) => join(this.folder, name));
  }

  /** The remains of unfinished work. */
  leftovers(): string[] {
    return this.#names()
      .filter((name) => name.startsWith('.') && !STATE.includes(name))
      .map((name) => join(this.folder, name));
  }

  /** Names of unfinished work with this prefix. */
  hidden(prefix: string): string[] {
    return this.#names()
      .filter((name) => name.startsWith(`.${prefix}-`))
      .map((name) => join(this.folder, name));
  }

  /**
   * Removes a snapshot from the list. Its index file is hidden, and is removed after the objects. On a full disk, or with a quota that is
   * used up, a file may be removed although no file may be renamed. Then the index is removed at once and returned. After a crash its
   * objects stay until their pack is unused.
   */
  unlist({ path }: Pick<PlainSnapshot, 'path'>): TreeIndex | undefined {
    let removed: TreeIndex | undefined;
    try {
      renameSync(path, join(this.folder, `.doomed-${path.slice(this.folder.length + 1)}`));
    } catch (error) {
      if (!isFullDisk(error) || !lstatSync(path).isFile()) throw error;
      removed = readIfWhole(path);
      unlinkSync(path);
    }
    syncFolder(this.folder);
    return removed;
  }

  /**
   * The objects that only these indexes refer to. Reads other indexes as far as they use the same packs, without
   * assumptions about their order, because several lines of snapshots share the store.
   */
  onlyIn(indexes: readonly TreeIndex[]): Set<string> {
    if (this.#isDamaged()) return new Set();
    const candidates = new Set(indexes.flatMap(({ records }) => records.flatMap(referencesOf)));
    const read = new Set(indexes.map(({ head }) => head.id));
    for (const { path, isTree } of this.all().reverse()) {
      if (candidates.size === 0) break;
      if (isTree) continue; // refers to no objects of other snapshots
      const { id, packs } = readHead(path);
      const isSame = indexes.some(({ head }) => head.id === id);
      if (isSame)
        for (const { head, records } of indexes) if (head.id === id) drop(candidates, records.flatMap(referencesOf));
      if (read.has(id)) continue;
      read.add(id);
      const shared = new Set(packs);
      const isConcerned = [...candidates].some((reference) => shared.has(packOf(reference)));
      if (isConcerned) drop(candidates, readIndex(path).records.flatMap(referencesOf));
    }
    return candidates;
  }

  #isDamaged(): boolean {
    return this.all().some(({ path, isTree }) => {
      try {
        return !isTree && readHead(path) === undefined;
      } catch {
        return true; // also one that cannot be read: no object is removed then
      }
    });
  }

  #names(): string[] {
    try {
      return readdirSync(this.folder);
    } catch (error) {
      // A file in the place of the folder is replaced once the area is held.
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
      throw error;
    }
  }
}

function drop(from: Set<string>, references: readonly string[]): void {
  for (const reference of references) from.delete(reference);
}

function numberIn(pattern: RegExp, name: string): number {
  return Number(pattern.exec(name)?.[1] ?? 0);
}
