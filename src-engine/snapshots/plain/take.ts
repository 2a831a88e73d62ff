import { randomBytes } from 'node:crypto';
import { copyFileSync, linkSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import { escapeName } from '../../../src-shared/name-escapes';
import { syncFileSystem, syncFolder } from '../../system/durable';
import type { RunStoreTool } from '../store-tools';
import { captureAttributes } from './attributes';
import { below, bytePath, systemPath } from './bytes';
import { fileSystemTime, timeAfter } from './clock';
import { copyInodes, numberedPath, type InodeCopy } from './copy-inodes';
import { hasCertainStamps } from './file-system';
import { flagsOf } from './flags';
import type { LiveState, LiveStateFile } from './live-state';
import { OpenedEntries } from './opened-entries';
import type { PlainSnapshot, PlainStore } from './plain-store';
import { sameMetadata, stampOf, type TreeRecord } from './record';
import { sameContent } from './same-content';
import { scanTree, TreeChanged, type LiveEntry } from './scan';
import { createIndex, readIndex, writeIndex, type TreeIndex } from './tree-index';

const MAX_ATTEMPTS = 3;
/** Smaller files are stored again when only their metadata changed: comparing costs more than the copy. */
const MIN_COMPARED_BYTES = 64 * 1024;
/** Allocations of equal files may differ by this much. */
const BLOCKS_TOLERANCE = 128n;

/** What the operations on one build area share. */
export interface PlainArea {
  readonly buildData: string;
  readonly store: PlainStore;
  readonly live: LiveStateFile;
  readonly tool: RunStoreTool;
}

/**
 * Takes a snapshot: copies the inodes that are new or changed since the build data was last compared into a new pack, and writes an
 * index of the whole tree. The order is what makes it durable: content, `syncfs`, the rename that lists it, `fsync` of the folder.
 */
export async function takeSnapshot(area: PlainArea, snapshot: PlainSnapshot): Promise<void> {
  const work = join(area.store.folder, `.partial-${process.pid}`);
  for (let attempt = 1; ; attempt++) {
    mkdirSync(work, { mode: 0o700 });
    try {
      return await new Taking(area, snapshot, work).run();
    } catch (error) {
      if (!(error instanceof TreeChanged) || attempt === MAX_ATTEMPTS) throw withHint(error);
    } finally {
      rmSync(work, { recursive: true, force: true });
      rmSync(`${work}.index`, { force: true });
    }
  }
}

class Taking {
  readonly #root: string;
  readonly #opened: OpenedEntries;
  readonly #state: LiveState | undefined;
  readonly #isCertain: boolean;
  #old: ReadonlyMap<string, TreeRecord> | undefined;

  constructor(
    readonly area: PlainArea,
    readonly snapshot: PlainSnapshot,
    readonly work: string,
  ) {
    this.#root = bytePath(area.buildData);
    this.#opened = new OpenedEntries(this.#root, area.store.folder);
    this.#state = area.live.read();
    this.#isCertain = hasCertainStamps(area.buildData, area.store.folder);
  }

  async run(): Promise<void> {
    try {
      const entries = scanTree(this.#root, (path, mode) => this.#opened.open(path, mode, 0o700));
      if (this.#isCertain && this.#isUnchanged(entries)) return this.#listAgain();
      await this.#store(entries);
    } finally {
      this.#opened.close();
    }
  }

  #isUnchanged(entries: readonly LiveEntry[]): boolean {
    const state = this.#state;
    if (state?.tree.records.length !== entries.length) return false;
    return entries.every(
      ({ record, stamp }, n) => stamp === state.stamps[n] && record.path === state.tree.records[n]?.path,
    );
  }

  /** The tree has an index already: the new snapshot gets the same file under another name. */
  #listAgain(): void {
    const tree = this.area.live.treePath;
    try {
      linkSync(tree, this.snapshot.path);
    } catch {
      copyFileSync(tree, `${this.work}.index`); // no hard links here
      renameSync(`${this.work}.index`, this.snapshot.path);
    }
    syncFolder(this.area.store.folder);
  }

  async #store(entries: readonly LiveEntry[]): Promise<void> {
    const { store, live } = this.area;
    const resolved = entries.map((entry) => this.#resolve(entry));
    const pending = entries.filter((_, n) => resolved[n] === undefined);
    const newest = pending.reduce((latest, { ctimeNs }) => (ctimeNs > latest ? ctimeNs : latest), 0n);
    // From here on each change of a pending entry gives it another stamp, which is noticed below and by the next snapshot.
    const began = pending.length === 0 ? fileSystemTime(this.work) : await timeAfter(newest, this.work);
    const pack = store.nextPack();
    const stored = await this.#storePending(pending, pack);
    const hasObjects = stored.copied > 0;
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
    const isTrusted = ({ record, ctimeNs }: LiveEntry): boolean => ctimeNs < began && !this.#opened.has(record.path);
    live.write(
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
    const old = this.#oldRecord(record.path);
    if (!old || !sameMetadata(old, record) || old.group !== record.group) return undefined;
    return record.type !== 'file' || this.#hasContentOf(record, old) ? withObjectOf(record, old) : undefined;
  }

  async #storePending(
    pending: readonly LiveEntry[],
    pack: number,
  ): Promise<{ records: ReadonlyMap<LiveEntry, TreeRecord>; copied: number }> {
    const { tool } = this.area;
    const flags = await flagsOf(
      this.#root,
      pending.map(({ record }) => record),
      tool,
    );
    const described = pending.filter(({ record }) => record.type === 'folder' || record.type === 'link');
    const copies = new Map<string, InodeCopy & { readonly content?: string }>();
    for (const { record, stamp } of pending) {
      if (record.type === 'folder' || record.type === 'link' || copies.has(stamp)) continue;
      this.#openFile(record);
      const content = this.#storedContent(record);
      const source = below(this.#root, record.path);
      copies.set(stamp, { source, number: copies.size, type: record.type, ...(content !== undefined && { content }) });
    }
    const into = bytePath(this.work);
    const all = [...copies.values()];
    try {
      await copyInodes(
        all.filter(({ content }) => content === undefined),
        into,
        tool,
      );
      await copyInodes(
        all.filter(({ content }) => content !== undefined),
        into,
        tool,
        'metadata',
      );
    } catch (error) {
      for (const entry of pending) this.#checkUnchanged(entry); // an entry that vanished explains it better
      throw error;
    }
    const attributes = await captureAttributes(
      this.#root,
      described.map(({ record }) => record.path),
      tool,
    );
    if (!attributes) throw new TreeChanged(this.#root);

    const records = new Map<LiveEntry, TreeRecord>();
    for (const entry of pending) {
      const { record, stamp } = entry;
      this.#checkUnchanged(entry);
      const copy = copies.get(stamp);
      if (copy) this.#checkCopy(record, copy);
      const flag = flags.get(record.path);
      records.set(entry, {
        ...record,
        ...(copy && { object: `${pack}/${copy.number}` }),
        ...(copy?.content !== undefined && { content: copy.content }),
        ...(flag !== undefined && { flags: flag }),
      });
    }
    described.forEach((entry, n) => {
      const own = attributes[n];
      const record = records.get(entry);
      if (own !== undefined && record) records.set(entry, { ...record, attributes: own });
    });
    return { records, copied: copies.size };
  }

  /** The stored content that a changed file still has, for instance after `chmod`. */
  #storedContent(record: TreeRecord): string | undefined {
    if (record.type !== 'file' || record.size < MIN_COMPARED_BYTES) return undefined;
    const old = this.#oldRecord(record.path);
    return old && this.#hasContentOf(record, old) ? (old.content ?? old.object) : undefined;
  }

  #hasContentOf(record: TreeRecord, old: TreeRecord): boolean {
    const reference = old.content ?? old.object;
    if (old.type !== 'file' || old.size !== record.size || reference === undefined) return false;
    const [path, object] = [below(this.#root, record.path), this.area.store.objectPath(reference)];
    const stats = [path, object].map((at) => lstatSync(systemPath(at), { bigint: true, throwIfNoEntry: false }));
    const [live, stored] = stats;
    if (!live || !stored) return false;
    // A hole that was filled with zeros, or the other way round, is a change too.
    const difference = live.blocks - stored.blocks;
    if (difference > BLOCKS_TOLERANCE || difference < -BLOCKS_TOLERANCE) return false;
    return sameContent(path, object);
  }

  #oldRecord(path: string): TreeRecord | undefined {
    this.#old ??= new Map(this.#lastTree()?.records.map((record) => [record.path, record]));
    return this.#old.get(path);
  }

  #lastTree(): TreeIndex | undefined {
    const newest = this.area.store.list().at(-1);
    return this.#state?.tree ?? (newest && readIndex(newest.path));
  }

  #openFile({ path, type, mode }: TreeRecord): void {
    if (type === 'file' && (mode & 0o400) === 0) this.#opened.open(path, mode, 0o400);
  }

  #checkUnchanged({ record, stamp }: LiveEntry): void {
    const path = below(this.#root, record.path);
    const stats = lstatSync(systemPath(path), { bigint: true, throwIfNoEntry: false });
    if (!stats) throw new TreeChanged(path);
    const isSame = this.#opened.has(record.path)
      ? String(stats.mtimeNs) === record.mtime && (record.type !== 'file' || Number(stats.size) === record.size)
      : stampOf(stats) === stamp;
    if (!isSame) throw new TreeChanged(path);
  }

  #checkCopy(record: TreeRecord, { number, content }: InodeCopy & { readonly content?: string }): void {
    const stats = lstatSync(systemPath(`${bytePath(this.work)}/${numberedPath(number)}`), { bigint: true });
    const mode = this.#opened.has(record.path) ? record.mode | 0o400 : record.mode;
    const differences = [
      Number(stats.mode & 0o7777n) !== mode && 'mode',
      (Number(stats.uid) !== record.uid || Number(stats.gid) !== record.gid) && 'owner',
      String(stats.mtimeNs) !== record.mtime && this.#isCertain && 'modification time',
      record.type === 'file' && content === undefined && Number(stats.size) !== record.size && 'size',
    ].filter((difference) => difference !== false);
    if (differences.length === 0) return;
    throw new AppError(
      'snapshot',
      `${escapeName(below(this.#root, record.path))} could not be copied exactly (${differences.join(', ')}). Nothing was stored.`,
      'Build as root, or let the step give its files to the user who builds.',
    );
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

/** A full disk is the user's to clear; what the attempt wrote is removed already. */
function withHint(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT' || /No space left on device|Disk quota exceeded/.test(message);
  if (!isFull) return error;
  return new AppError(
    'snapshot',
    `There is not enough space for the checkpoint: ${message}`,
    'Free some space on that file system, for instance with "distro_const prune", and resume the build.',
  );
}
