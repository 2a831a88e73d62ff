import { randomBytes } from 'node:crypto';
import { copyFileSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFile, syncFileSystem, syncFolder } from '../../system/durable';
import type { RunStoreTool } from '../store-tools';
import { bytePath } from '../bytes';
import { fileSystemTime, timeAfter } from './clock';
import { hasCertainStamps } from './file-system';
import { explainFullDisk } from './full-disk';
import { LastTree } from './last-tree';
import type { LiveState, LiveStateFile } from './live-state';
import { storeNew } from './new-objects';
import { OpenedEntries } from './opened-entries';
import type { PlainSnapshot, PlainStore } from './plain-store';
import { sameMetadata, type TreeRecord } from './record';
import { spaceHint } from '../space-hint';
import { scanTree, TreeChanged, type LiveEntry } from './scan';
import { createIndex, writeIndex } from './tree-index';

const MAX_ATTEMPTS = 3;

/** The context that the operations on one build area share. */
export interface PlainArea {
  readonly buildData: string;
  readonly store: PlainStore;
  readonly live: LiveStateFile;
  readonly tool: RunStoreTool;
}

/**
 * Takes a snapshot: copies the inodes that are new or changed since the last comparison into a new pack, and writes an
 * index of the whole tree. The order makes it durable: content, `syncfs`, the rename that lists it, `fsync` of the
 * folder.
 */
export async function takeSnapshot(area: PlainArea, snapshot: PlainSnapshot): Promise<void> {
  const work = join(area.store.folder, `.partial-${process.pid}`);
  for (let attempt = 1; ; attempt++) {
    mkdirSync(work, { mode: 0o700 });
    try {
      return await new Taking(area, snapshot, work).run();
    } catch (error) {
      if (!(error instanceof TreeChanged) || attempt === MAX_ATTEMPTS) throw withHint(error, area);
    } finally {
      rmSync(work, { recursive: true, force: true });
      rmSync(`${work}.index`, { force: true });
    }
  }
}

/** The files of the attempt are removed already. */
const withHint = (error: unknown, { store, buildData }: PlainArea): unknown =>
  explainFullDisk(
    error,
    'for the checkpoint',
    store.folder,
    spaceHint(dirname(buildData), 'resume the build', store.list().length > 0),
  );

class Taking {
  readonly #root: string;
  readonly #opened: OpenedEntries;
  readonly #state: LiveState | undefined;
  readonly #isCertain: boolean;
  readonly #last: LastTree;

  constructor(
    readonly area: PlainArea,
    readonly snapshot: PlainSnapshot,
    readonly work: string,
  ) {
    this.#root = bytePath(area.buildData);
    this.#opened = new OpenedEntries(this.#root, area.store.folder);
    this.#state = area.live.read();
    this.#last = new LastTree(this.#root, area.store, this.#state);
    this.#isCertain = hasCertainStamps(area.buildData, area.store.folder);
  }

  async run(): Promise<void> {
    try {
      const entries = scanTree(this.#root, (path, mode) => this.#opened.open(path, mode, 0o700));
      if (this.#isCertain && this.#state?.equals(entries)) return this.#listAgain();
      await this.#store(entries);
    } finally {
      this.#opened.close();
    }
  }

  /** The unchanged tree has an index already, so the new snapshot gets the same file under another name. */
  #listAgain(): void {
    const tree = this.area.live.treePath;
    try {
      linkSync(tree, this.snapshot.path);
    } catch {
      copyFileSync(tree, `${this.work}.index`); // no hard links here
      syncFile(`${this.work}.index`);
      renameSync(`${this.work}.index`, this.snapshot.path);
    }
    syncFolder(this.area.store.folder);
  }

  async #store(entries: readonly LiveEntry[]): Promise<void> {
    const { store, tool } = this.area;
    const resolved = entries.map((entry) => this.#resolve(entry));
    const pending = entries.filter((_, n) => resolved[n] === undefined);
    const newest = pending.reduce((latest, { ctimeNs }) => (ctimeNs > latest ? ctimeNs : latest), 0n);
    // From here on each change of a pending entry gives it another stamp, which the check below and the next snapshot
    // detect.
    const began = pending.length === 0 ? fileSystemTime(this.work) : await timeAfter(newest, this.work);
    const pack = store.nextPack();
    const stored = await storeNew(pending, {
      root: this.#root,
      work: this.work,
      pack,
      last: this.#last,
      entries,
      opened: this.#opened,
      keepsTimes: this.#isCertain,
      tool,
    });
    const hasObjects = stored.count > 0;
    const records = entries.map((entry, n) => resolved[n] ?? stored.records.get(entry) ?? entry.record);
    const index = createIndex(randomBytes(8).toString('hex'), records);
    writeIndex(`${this.work}.index`, index);
    try {
      if (hasObjects) {
        renameSync(this.work, store.packPath(pack));
        await syncFileSystem(store.folder);
      }
      renameSync(`${this.work}.index`, this.snapshot.path);
    } catch (error) {
      if (hasObjects) rmSync(store.packPath(pack), { recursive: true, force: true });
      throw error;
    }
    syncFolder(store.folder);
    const isTrusted = (entry: LiveEntry): boolean => entry.ctimeNs < began && !this.#opened.has(entry);
    this.area.live.write(
      this.snapshot.path,
      index.head.id,
      entries.map((entry) => (isTrusted(entry) ? entry.stamp : '')),
    );
  }

  /** The record of an entry whose inode is known to be unchanged. */
  #resolve({ record, stamp }: LiveEntry): TreeRecord | undefined {
    if (this.#isCertain) {
      const known = this.#state?.known.get(stamp);
      return known?.type === record.type ? withObjectOf(record, known) : undefined;
    }
    if (record.type === 'folder' || record.type === 'link') return undefined;
    const old = this.#last.record(record.path);
    if (!old || !sameMetadata(old, record) || old.group !== record.group) return undefined;
    return record.type !== 'file' || this.#last.hasContentOf(record, old) ? withObjectOf(record, old) : undefined;
  }
}

function withObjectOf(record: TreeRecord, { object, content, attributes, flags }: TreeRecord): TreeRecord {
  return {
    ...record,
    ...(attributes !== undefined && { attributes }),
    ...(object !== undefined && { object }),
    ...(content !== undefined && { content }),
    ...(flags !== undefined && { flags }),
  };
}
