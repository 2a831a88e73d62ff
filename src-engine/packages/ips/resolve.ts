import type { PackageProblem, ResolvedPackage } from '../../../src-shared/engine-answers/packages';
import { readReference } from '../../repositories/ips';
import type { Resolution } from '../package-source';
import type { IpsCatalogue } from './catalogue';
import { closureOf } from './closure';
import { oneLine } from './describe';
import { IpsNames, type Wanted } from './names';
import type { IpsPackage } from './package';

/** A note that applies to every answer. */
export const NO_SIZES = 'Catalogues of IPS have no package sizes.';

/** Entries by the packages that they mean, and the problems of the other entries. */
export interface Found {
  readonly wanted: readonly Wanted[];
  readonly problems: readonly PackageProblem[];
}

/**
 * Finds the packages that the manifest's entries mean. A package that is named twice counts once, under its first
 * entry.
 */
export function findEntries(catalogue: IpsCatalogue, entries: readonly string[]): Found {
  const names = new IpsNames(catalogue);
  const wanted = new Map<string, Wanted>();
  const problems: PackageProblem[] = [];
  for (const entry of new Set(entries))
    for (const found of findEntry(names, entry)) {
      if (!('package' in found)) problems.push(found);
      else if (!wanted.has(found.package.name)) wanted.set(found.package.name, found);
    }
  return { wanted: [...wanted.values()], problems };
}

/** The packages that an entry means, or its problem. A pattern means all packages that match it. */
function findEntry(names: IpsNames, entry: string): (Wanted | PackageProblem)[] {
  const { name, publisher, version } = readReference(entry);
  if (!/[*?]/.test(name)) return [names.find(entry)];
  const prefix = publisher === undefined ? 'pkg:/' : `pkg://${publisher}/`;
  const suffix = version === undefined ? '' : `@${version}`;
  const found = names.matching(name).flatMap((one): Wanted[] => {
    const match = names.find(`${prefix}${one}${suffix}`);
    return 'package' in match ? [{ ...match, entry }] : [];
  });
  if (found.length > 0) return found;
  return [{ name: entry, kind: 'unknown', message: `No package matches the pattern ${name}.`, instead: [] }];
}

/** The dependency closure by the rules of `closureOf`. Entries that cannot be installed are left out and reported. */
export function resolveByCatalogue(catalogue: IpsCatalogue, { wanted, problems }: Found): Resolution {
  const conflicts = new Map<Wanted, PackageProblem>();
  let left = wanted;
  for (;;) {
    const { taken, failures } = closureOf(catalogue, left);
    // A failure may be caused by another failing entry, so entries are removed one at a time, from the end of the list.
    const last = Math.max(...failures.map(({ root }) => root));
    const bad = left[last];
    if (!bad)
      return {
        packages: describePackages(
          [...taken.values()].map((one) => one.package),
          left,
          catalogue,
        ),
        problems: [...problems, ...wanted.flatMap((one) => conflicts.get(one) ?? [])],
        notes: [...renames(left), ...gaps(catalogue)],
      };
    const message = failures.find(({ root }) => root === last)?.message ?? '';
    conflicts.set(bad, { name: bad.entry, kind: 'conflict', message: oneLine(message), instead: [] });
    left = left.filter((one) => one !== bad);
  }
}

/**
 * Describes the packages of an image. Each is listed with its dependencies among them and the entry that brought it in.
 */
export function describePackages(
  packages: readonly IpsPackage[],
  wanted: readonly Wanted[],
  catalogue: IpsCatalogue,
): ResolvedPackage[] {
  const there = new Set(packages.map(({ name }) => name));
  const real = (name: string): readonly string[] => realNames(name, there, catalogue);
  const entries = new Map<string, string>();
  for (const { entry, package: one } of wanted)
    for (const name of real(one.name)) if (!entries.has(name)) entries.set(name, entry);
  return packages
    .map((one): ResolvedPackage => {
      const entry = entries.get(one.name);
      const needs = new Set(needsOf(one, there).flatMap(real));
      needs.delete(one.name);
      return {
        name: one.name,
        version: one.versionText,
        why: entry === undefined ? 'pulled' : 'named',
        ...(entry !== undefined && entry !== one.name && { entry }),
        needs: [...needs],
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The names that a package needs, among the installed ones. */
function needsOf(one: IpsPackage, there: ReadonlySet<string>): string[] {
  return one.depends().flatMap(({ type, targets, predicate }) => {
    const names = targets.map(({ name }) => name);
    if (type === 'require' || type === 'group') return names;
    if (type === 'require-any' || type === 'group-any') return names.filter((name) => there.has(name)).slice(0, 1);
    return type === 'conditional' && predicate && there.has(predicate.name) ? names : [];
  });
}

/** A name, or those that it was renamed to; only installed ones. */
function realNames(
  name: string,
  there: ReadonlySet<string>,
  catalogue: IpsCatalogue,
  seen = new Set<string>(),
): readonly string[] {
  if (there.has(name)) return [name];
  const newest = catalogue.newest(name);
  if (!newest?.isRenamed || seen.has(name)) return [];
  seen.add(name);
  const targets = newest.depends().flatMap((depend) => (depend.type === 'require' ? depend.targets : []));
  return targets.flatMap((target) => realNames(target.name, there, catalogue, seen));
}

/** Notes on entries whose package was renamed. */
export const renames = (wanted: readonly Wanted[]): string[] =>
  wanted.flatMap(({ package: one }) => {
    const to = one.depends().flatMap(({ type, targets }) => (type === 'require' ? targets : []));
    return one.isRenamed
      ? [oneLine(`${one.name} was renamed: ${to.map(({ name }) => name).join(', ')} is installed instead.`)]
      : [];
  });

const gaps = (catalogue: IpsCatalogue): string[] => [
  'pkg was not used. The newest versions that incorporations allow are chosen. pkg may choose older ones so that all fit, and may find a solution where there seems to be none.',
  NO_SIZES,
  ...(catalogue.hasDependencies ? [] : ['The catalogue has no dependencies, so none are listed.']),
];
