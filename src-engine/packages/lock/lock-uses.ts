import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { listOf, object, text } from '../../../src-shared/shape';
import { lockText, type PackageLock } from '../../../src-shared/packages/package-lock';
import { makeFolders, writeUnsynced } from '../../system/files';
import { readJsonFile } from '../../system/json-file';
import type { DebStore } from './deb-store';
import { readLockAt } from './lock-file';

/** What the store keeps of a lock: where it is, a hash of its text, and the sums of its packages. */
const useRecord = object('LockUse', 'A lock that a command has used.', {
  path: text,
  digest: text,
  sums: listOf(text),
});

/** A lock that a command has used. */
export interface LockUse {
  readonly path: string;
  readonly digest: string;
  readonly sums: readonly string[];
  /** In seconds since the epoch. */
  readonly usedAt: number;
  /** The file of its record. */
  readonly record: string;
}

/** Records that a lock is used now, so that its files stay in the store. */
export function recordUse(store: DebStore, path: string, lock: PackageLock): void {
  const digest = digestOf(lock);
  const file = join(folderOf(store), `${hash(`${path}\n${digest}`)}.json`);
  if (existsSync(file)) {
    const now = new Date();
    utimesSync(file, now, now);
    return;
  }
  makeFolders(folderOf(store));
  writeUnsynced(file, JSON.stringify({ path, digest, sums: lock.packages.map(({ sha256 }) => sha256) }));
}

/** The locks that were used, the latest first. A record that cannot be read is left out. */
export function lockUses(store: DebStore): LockUse[] {
  const folder = folderOf(store);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const record = join(folder, name);
      const found = readJsonFile(record, useRecord);
      return found.kind === 'read' ? [{ ...found.value, usedAt: statSync(record).mtimeMs / 1000, record }] : [];
    })
    .sort((a, b) => b.usedAt - a.usedAt || (a.path < b.path ? -1 : 1));
}

/** Forgets a use. */
export function forgetUse({ record }: LockUse): void {
  rmSync(record, { force: true });
}

/** Whether the file of a lock still has this content. A damaged one may be restored, so it counts as if it had. */
export function isCurrent({ path, digest }: LockUse): boolean {
  try {
    const found = readLockAt(path);
    return found !== undefined && digestOf(found.lock) === digest;
  } catch {
    return true;
  }
}

const folderOf = ({ folder }: DebStore): string => join(folder, 'locks');
const hash = (content: string): string => createHash('sha256').update(content).digest('hex');
const digestOf = (lock: PackageLock): string => hash(lockText(lock));
