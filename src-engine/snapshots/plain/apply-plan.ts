import { parentOf } from '../bytes';
import { sameButAcls } from './pax';
import { sameMetadata, type TreeRecord } from './record';
import type { LiveEntry } from './scan';

/** The changes that make a live tree equal to another one. Equal entries are not changed. */
export interface ApplyPlan {
  /** Live paths to remove, contents before their folders. */
  readonly removals: readonly TreeRecord[];
  /** Folders to make, outermost first. */
  readonly newFolders: readonly TreeRecord[];
  /** Inodes to restore from the store; all records of one inode are its names. */
  readonly restored: readonly (readonly TreeRecord[])[];
  /** Names to make for inodes that are in place under another name. */
  readonly relinked: readonly { readonly record: TreeRecord; readonly to: string }[];
  /** Live folders that need a new inode, because their attributes cannot be removed. */
  readonly renewed: readonly TreeRecord[];
  /** Folders that get their metadata at the end: changed ones, and those whose content changes. Outermost first. */
  readonly folders: readonly TreeRecord[];
  /** Existing live entries that the plan changes or removes, or whose content it changes. */
  readonly touched: readonly TreeRecord[];
}

/** The known content and attributes of a live entry. */
export interface LiveKnowledge {
  /** The record whose content, attributes and flags the entry has; `undefined` when that is unknown. */
  (entry: LiveEntry, target: TreeRecord): TreeRecord | undefined;
}

/**
 * Plans how a live tree becomes equal to a target.
 *
 * @param attributesOf the extended attributes of live folders whose state is unknown, by path
 * @param flagsOf their flags
 * @param isOpened whether a live folder has another mode at the moment than its record
 */
export function planApply(
  target: readonly TreeRecord[],
  live: readonly LiveEntry[],
  knownOf: LiveKnowledge,
  attributesOf: ReadonlyMap<string, string | undefined>,
  flagsOf: ReadonlyMap<string, string>,
  isOpened: (path: string) => boolean,
): ApplyPlan {
  const liveByPath = new Map(live.map((entry) => [entry.record.path, entry]));
  const targetByPath = new Map(target.map((record) => [record.path, record]));
  const touched = new Set<string>();
  const touch = (path: string): void => {
    touched.add(path);
    if (path !== '') touched.add(parentOf(path));
  };

  const removals = live
    .filter(({ record }) => {
      const wanted = targetByPath.get(record.path);
      return !wanted || (wanted.type === 'folder') !== (record.type === 'folder');
    })
    .map(({ record }) => record)
    .reverse();
  for (const { path } of removals) touch(path);

  const newFolders: TreeRecord[] = [];
  const renewed: TreeRecord[] = [];
  const changedFolders = new Set<string>();
  for (const record of target) {
    if (record.type !== 'folder') continue;
    const entry = liveByPath.get(record.path);
    if (entry?.record.type !== 'folder') {
      newFolders.push(record);
      touch(record.path);
      continue;
    }
    const known = knownOf(entry, record);
    const attributes = known ? known.attributes : attributesOf.get(record.path);
    const flags = known ? known.flags : flagsOf.get(record.path);
    if (!sameButAcls(attributes, record.attributes)) renewed.push(record);
    else if (
      !isOpened(record.path) &&
      attributes === record.attributes &&
      sameMetadata(entry.record, record) &&
      flags === record.flags
    )
      continue;
    changedFolders.add(record.path);
    touched.add(record.path);
    if (renewed.at(-1) === record) touch(record.path);
  }

  const restored: TreeRecord[][] = [];
  const relinked: { record: TreeRecord; to: string }[] = [];
  const claimed = new Set<string>();
  for (const names of inodesOf(target)) {
    const kept = names.find((record) => {
      const entry = liveByPath.get(record.path);
      if (!entry || claimed.has(entry.stamp) || !sameMetadata(entry.record, record)) return false;
      const known = knownOf(entry, record);
      return known !== undefined && sameStored(known, record);
    });
    const stamp = kept && liveByPath.get(kept.path)?.stamp;
    if (!kept || stamp === undefined) {
      restored.push(names);
      for (const { path } of names) touch(path);
      continue;
    }
    claimed.add(stamp);
    for (const record of names) {
      if (liveByPath.get(record.path)?.stamp === stamp) continue;
      relinked.push({ record, to: kept.path });
      touch(record.path);
      touched.add(kept.path);
    }
  }

  const folders = target.filter(
    ({ type, path }) => type === 'folder' && (changedFolders.has(path) || touched.has(path)),
  );
  const liveTouched = live.filter(({ record }) => touched.has(record.path)).map(({ record }) => record);
  return { removals, newFolders, restored, relinked, renewed, folders, touched: liveTouched };
}

/** The records of everything but folders, all names of one inode together. */
function inodesOf(records: readonly TreeRecord[]): TreeRecord[][] {
  const groups = new Map<number, TreeRecord[]>();
  const inodes: TreeRecord[][] = [];
  for (const record of records) {
    if (record.type === 'folder') continue;
    const group = record.group === undefined ? undefined : groups.get(record.group);
    if (group) {
      group.push(record);
      continue;
    }
    const names = [record];
    inodes.push(names);
    if (record.group !== undefined) groups.set(record.group, names);
  }
  return inodes;
}

function sameStored(a: TreeRecord, b: TreeRecord): boolean {
  return (
    a.type === b.type &&
    a.object === b.object &&
    a.content === b.content &&
    a.attributes === b.attributes &&
    a.flags === b.flags
  );
}
