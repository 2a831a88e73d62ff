import type { InstalledPackage } from '../engine-answers/packages';

/** A package whose version differs. */
export interface ChangedPackage {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** How two lists of packages differ; each part sorted by name. */
export interface PackageDifference {
  readonly added: readonly InstalledPackage[];
  readonly removed: readonly InstalledPackage[];
  readonly changed: readonly ChangedPackage[];
}

/** Compares the packages of two images or package lists. */
export function comparePackages(
  before: readonly InstalledPackage[],
  after: readonly InstalledPackage[],
): PackageDifference {
  const old = new Map(before.map(({ name, version }) => [name, version]));
  const now = new Map(after.map(({ name, version }) => [name, version]));
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  return {
    added: after.filter(({ name }) => !old.has(name)).sort(byName),
    removed: before.filter(({ name }) => !now.has(name)).sort(byName),
    changed: after
      .flatMap(({ name, version }) => {
        const was = old.get(name);
        return was === undefined || was === version ? [] : [{ name, before: was, after: version }];
      })
      .sort(byName),
  };
}
