import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import { escapeName } from '../../../src-shared/name-escapes';
import { syncFileSystem } from '../../system/durable';
import { exists } from '../../system/files';
import { DamagedSnapshot } from '../damaged';
import { applyTree } from './apply-tree';
import type { LiveKnowledge } from './apply-plan';
import { below, bytePath } from '../bytes';
import { timeAfter } from './clock';
import { hasCertainStamps } from './file-system';
import { explainFullDisk } from './full-disk';
import { OpenedEntries } from './opened-entries';
import type { PlainSnapshot } from './plain-store';
import { sameMetadata, type TreeRecord } from './record';
import { sameContent } from './same-content';
import { removeTree, type RunStoreTool } from '../store-tools';
import { spaceHint } from '../space-hint';
import { scanTree, TooDeep, type LiveEntry, type OpenFolder } from './scan';
import type { PlainArea } from './take';
import { readHead, readIndex, type TreeIndex } from './tree-index';

const OWNER_BITS = 0o700;

/**
 * Whether the build data is known to equal a snapshot, by metadata alone. Then a rollback to it changes nothing and
 * forces nothing to the disk, because a state is written after its content.
 */
export function isAsIn({ buildData, store, live }: PlainArea, snapshot: PlainSnapshot): boolean {
  if (!exists(buildData) || !hasCertainStamps(buildData, store.folder)) return false;
  const state = live.read();
  const { id, packs } = readHead(snapshot.path);
  if (state?.tree.head.id !== id || !packs.every((pack) => exists(store.packPath(pack)))) return false;
  try {
    return state.equals(scanTree(bytePath(buildData)));
  } catch (error) {
    if (error instanceof AppError || (error as NodeJS.ErrnoException).code === 'EACCES') return false;
    throw error;
  }
}

/** Makes the build data equal to a snapshot, verifies it, and forces it to the disk. */
export async function rollBack(area: PlainArea, snapshot: PlainSnapshot): Promise<void> {
  const { buildData, store, live, tool } = area;
  const root = bytePath(buildData);
  const index = readIndex(snapshot.path);
  for (const pack of index.head.packs) requirePack(store.packPath(pack), snapshot.name);
  if (!lstatSync(buildData, { throwIfNoEntry: false })) mkdirSync(buildData, { recursive: true });
  const stage = join(store.folder, `.stage-${process.pid}`);
  mkdirSync(stage, { mode: 0o700 });
  const opened = new OpenedEntries(root, store.folder);
  const open = (path: string, mode: number): boolean => opened.open(path, mode, OWNER_BITS);
  const isCertain = hasCertainStamps(buildData, store.folder);
  try {
    await applyTree({
      action: `Rolling back to ${snapshot.name}`,
      root,
      snapshot: snapshot.name,
      keepsTimes: isCertain,
      target: index.records,
      live: await scanShort(root, open, tool),
      knownOf: isCertain ? knowledge(live.read()?.known) : comparison(root, (reference) => store.objectPath(reference)),
      isOpened: (path) => opened.hasPath(path),
      stage: bytePath(stage),
      objectPath: (reference) => store.objectPath(reference),
      tool,
    });
    opened.forget();
    await syncFileSystem(store.folder);
    mkdirSync(stage, { recursive: true, mode: 0o700 });
    const latest = lstatSync(stage, { bigint: true }).ctimeNs;
    const began = await timeAfter(latest, stage);
    const entries = scanTree(root, open);
    requireEqual(root, index, entries, isCertain);
    const isTrusted = (entry: LiveEntry): boolean => entry.ctimeNs < began && !opened.has(entry);
    live.write(
      snapshot.path,
      index.head.id,
      entries.map((entry) => (isTrusted(entry) ? entry.stamp : '')),
    );
  } catch (error) {
    const purpose = `to roll back to ${snapshot.name}`;
    throw explainFullDisk(
      error,
      purpose,
      buildData,
      spaceHint(dirname(buildData), 'resume the build again', store.list().length > 1),
    );
  } finally {
    opened.close();
    rmSync(stage, { recursive: true, force: true });
  }
}

/**
 * No snapshot has paths that are too long, so those of the build data are removed in any case. Parts of them that a
 * snapshot has are restored.
 */
async function scanShort(root: string, open: OpenFolder, tool: RunStoreTool): Promise<LiveEntry[]> {
  for (;;) {
    try {
      return scanTree(root, open);
    } catch (error) {
      if (!(error instanceof TooDeep)) throw error;
      await removeTree(Buffer.from(error.folder, 'latin1').toString(), tool);
    }
  }
}

function requirePack(path: string, name: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false }))
    throw new DamagedSnapshot(`The checkpoint ${name} is damaged: ${path} is missing`);
}

const knowledge =
  (known: ReadonlyMap<string, TreeRecord> = new Map()): LiveKnowledge =>
  ({ stamp }) =>
    known.get(stamp);

/** Where stamps prove nothing, files are compared with the target. */
const comparison =
  (root: string, objectPath: (reference: string) => string): LiveKnowledge =>
  ({ record }, target) => {
    if (target.type === 'folder' || target.type === 'link' || !sameMetadata(record, target)) return undefined;
    const reference = target.content ?? target.object;
    const isSame = target.type !== 'file' || sameContent(below(root, record.path), objectPath(reference ?? ''));
    return isSame ? target : undefined;
  };

/**
 * Verifies the result: names, types, sizes, modes, owners, times and hard links.
 *
 * @param isCertain whether the file system keeps times exactly. Otherwise, as on exFAT, it may set the time of a folder
 * some time after an entry was removed, so that times of folders are not compared.
 */
function requireEqual(root: string, { records }: TreeIndex, entries: readonly LiveEntry[], isCertain: boolean): void {
  const differs = records.findIndex((record, n) => {
    const found = entries[n]?.record;
    const live = found && !isCertain && record.type === 'folder' ? { ...found, mtime: record.mtime } : found;
    return live?.path !== record.path || !sameMetadata(live, record) || live.group !== record.group;
  });
  if (differs < 0 && records.length === entries.length) return;
  const path = records[differs]?.path ?? entries[records.length]?.record.path ?? '';
  throw new AppError(
    'snapshot',
    `${escapeName(below(root, path))} differs from the checkpoint after rolling back to it: ${difference(records[differs], entries[differs]?.record)}.`,
    'Another process may have changed it. Try again.',
  );
}

function difference(wanted: TreeRecord | undefined, found: TreeRecord | undefined): string {
  if (!wanted) return 'it was added';
  if (found?.path !== wanted.path) return 'it is missing';
  const fields = ['type', 'mode', 'uid', 'gid', 'size', 'mtime', 'rdev', 'target', 'group'] as const;
  return fields
    .filter((field) => wanted[field] !== found[field])
    .map((field) => `${field} ${String(wanted[field])}, now ${String(found[field])}`)
    .join('; ');
}
