import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { dateTime } from '../../../src-shared/format';
import { readRecords } from '../apt/records';
import { controlOf, type DebStore } from './deb-store';
import type { LockFile } from './lock-file';
import { forgetUse, isCurrent, lockUses, type LockUse } from './lock-uses';

/** Which package files to remove, besides those of no lock. Files of a present lock are never removed. */
export interface StoreRules {
  /** Those of earlier locks that were last used longer ago than this, in seconds. */
  readonly olderThan?: number | undefined;
  /** The number of earlier locks to keep, from the latest used one on. */
  readonly keepLast?: number | undefined;
  /** The bytes that the store may have; the oldest locks go first. */
  readonly toSize?: number | undefined;
}

/** A package file to remove. */
export interface UnusedFile {
  /** `NAME VERSION`, or its name in the store. */
  readonly name: string;
  readonly bytes: number;
  readonly reason: string;
  readonly path: string;
}

/** What a prune of the store would remove. */
export interface StorePrune {
  readonly files: readonly UnusedFile[];
  readonly uses: readonly LockUse[];
}

/** A file that no lock has yet may just be fetched for a new one. */
const FETCH_S = 24 * 60 * 60;

/**
 * Chooses the files of the store that are not needed. Without rules these are all but those of present locks: the locks
 * that a command has used and whose file has not changed since.
 *
 * @param own the lock of the manifest, which may not have been used yet
 */
export function chooseFiles(
  store: DebStore,
  own: LockFile | undefined,
  rules: StoreRules,
  now = Date.now() / 1000,
): StorePrune {
  const all = lockUses(store);
  const earlier = all.filter((use) => !isCurrent(use));
  const present = all.filter((use) => !earlier.includes(use));
  const kept = new Set([
    ...present.flatMap(({ sums }) => sums),
    ...(own?.lock.packages ?? []).map(({ sha256 }) => sha256),
  ]);
  const stored = storedFiles(store);
  const sizes = new Map(stored.map(({ sum, bytes }) => [sum, bytes]));
  const chosen = new Set(earlier.filter((use, at) => isChosen(use, at, rules, now)));
  const keep = (uses: readonly LockUse[]): Set<string> => new Set([...kept, ...uses.flatMap(({ sums }) => sums)]);
  const sizeOf = (sums: Iterable<string>): number => [...sums].reduce((total, sum) => total + (sizes.get(sum) ?? 0), 0);
  if (rules.toSize !== undefined)
    for (const use of [...earlier].reverse()) {
      if (sizeOf(keep(earlier.filter((one) => !chosen.has(one)))) <= rules.toSize) break;
      chosen.add(use);
    }
  const needed = keep(earlier.filter((use) => !chosen.has(use)));
  const lastUse = new Map<string, LockUse>();
  for (const use of chosen) for (const sum of use.sums) if (!lastUse.has(sum)) lastUse.set(sum, use);
  const files = stored.flatMap(({ sum, path, bytes, changed }) => {
    const use = lastUse.get(sum);
    if (needed.has(sum) || (!use && now - changed < FETCH_S)) return [];
    const reason = use ? `last used ${dateTime(new Date(use.usedAt * 1000))} by ${use.path}` : 'of no lock';
    return [{ name: nameOf(path), bytes, reason, path }];
  });
  return { files: files.sort((a, b) => (a.name < b.name ? -1 : 1)), uses: [...chosen] };
}

function isChosen(use: LockUse, at: number, { olderThan, keepLast, toSize }: StoreRules, now: number): boolean {
  if (olderThan === undefined && keepLast === undefined) return toSize === undefined;
  return (olderThan !== undefined && now - use.usedAt > olderThan) || (keepLast !== undefined && at >= keepLast);
}

/** Removes the chosen files. */
export function removeFiles({ files, uses }: StorePrune): void {
  for (const { path } of files) for (const name of [path, controlOf(path)]) rmSync(name, { force: true });
  for (const use of uses) forgetUse(use);
}

interface Stored {
  readonly sum: string;
  readonly path: string;
  readonly bytes: number;
  /** In seconds since the epoch. */
  readonly changed: number;
}

function storedFiles({ folder }: DebStore): Stored[] {
  if (!existsSync(folder)) return [];
  const folders = readdirSync(folder).filter((name) => /^[0-9a-f]{2}$/.test(name));
  return folders
    .flatMap((name) => readdirSync(join(folder, name)).map((file) => join(folder, name, file)))
    .flatMap((path) => {
      const sum = /([0-9a-f]{64})\.deb$/.exec(path)?.[1];
      const stats = sum === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
      return sum === undefined || !stats ? [] : [{ sum, path, bytes: stats.size, changed: stats.ctimeMs / 1000 }];
    });
}

function nameOf(path: string): string {
  const control = controlOf(path);
  const [record] = existsSync(control) ? readRecords(readFileSync(control, 'utf8')) : [];
  return record ? `${record.get('Package')} ${record.get('Version')}` : basename(path);
}
