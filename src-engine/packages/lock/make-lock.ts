import { comparePackages } from '../../../src-shared/packages/compare';
import { lockText, type PackageLock } from '../../../src-shared/packages/package-lock';
import type { Manifest } from '../../../src-shared/manifest/model';
import { readRecords } from '../apt/records';
import type { VersionChange } from '../package-source';
import { installingStep } from '../recipe';
import type { DebStore } from './deb-store';

/** What distinguishes a new lock from the one before. */
export interface LockChanges {
  readonly added: readonly { readonly name: string; readonly version: string }[];
  readonly removed: readonly { readonly name: string; readonly version: string }[];
  readonly changed: readonly VersionChange[];
}

/** Compares two locks. A package with another file of the same version has changed, too. */
export function lockChanges(before: PackageLock | undefined, after: PackageLock): LockChanges {
  const { added, removed, changed } = comparePackages(before?.packages ?? [], after.packages);
  const old = new Map(before?.packages.map((one) => [one.name, one]));
  const replaced = after.packages
    .filter(({ name, version, sha256 }) => {
      const was = old.get(name);
      return was?.version === version && was.sha256 !== sha256;
    })
    .map(({ name, version }) => ({ name, before: version, after: version }));
  return { added, removed, changed: [...changed, ...replaced].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** Whether a build with one lock does the same as with the other. The dates of archives do not count. */
export function isSameLock(before: PackageLock, after: PackageLock): boolean {
  const text = ({ packages, ...lock }: PackageLock): string =>
    lockText({ ...lock, archives: [], packages: packages.map((one) => ({ ...one, origin: '-' })) });
  return text(before) === text(after);
}

/**
 * The lock with those priorities only that the files of the packages do not have.
 *
 * @param store has the files
 */
export function withOwnPriorities(lock: PackageLock, store: DebStore): PackageLock {
  if (lock.priorities.size === 0) return lock;
  const differs = lock.packages.filter(({ name, sha256 }) => {
    const [record] = readRecords(store.control(sha256));
    const archive = lock.priorities.get(name) ?? '';
    return archive !== '' && archive !== record?.get('Priority');
  });
  return { ...lock, priorities: new Map(differs.map(({ name }) => [name, lock.priorities.get(name) ?? ''])) };
}

/** The names of the steps that a build runs again when the lock has changed. */
export function stepsFromLock(manifest: Manifest): string[] {
  const first = installingStep(manifest)?.index;
  return first === undefined ? [] : manifest.steps.slice(first).map(({ name }) => name);
}
