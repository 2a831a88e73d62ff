import { reasonOf } from '../../../src-shared/errors';
import { bytes } from '../../../src-shared/format';
import { readReference, type IpsReference } from '../../repositories/ips';
import type { IpsOrigin } from '../../repositories/named';
import type { Resolution } from '../package-source';
import type { IpsCatalogue } from './catalogue';
import { oneLine } from './describe';
import type { IpsPackage } from './package';
import { planOfPkg, type PkgPlan } from './pkg-plan';
import { describePackages, NO_SIZES, renames, resolveByCatalogue, type Found } from './resolve';
import { compareVersions, readVersion } from './version';

/** This host's `pkg`, and its addresses. */
export interface Pkg {
  readonly path: string;
  readonly folder: string;
  readonly revision: string;
  /** The origins that have catalogues. `pkg` takes mirrors by another option. */
  readonly origins: readonly IpsOrigin[];
}

/**
 * What `pkg` of this host would install. Unknown names are found in the catalogue first, because `pkg` refuses the
 * whole list for one of them. When `pkg` refuses the list, it is asked again without the entries that
 * `resolveByCatalogue` reports. When it refuses that list too, or cannot be run, the answer is that of
 * `resolveByCatalogue`, with `pkg`'s message as a note.
 */
export async function resolveByPkg(pkg: Pkg, catalogue: IpsCatalogue, found: Found): Promise<Resolution> {
  if (found.wanted.length === 0) return { packages: [], problems: found.problems, notes: [] };
  try {
    return await planned(pkg, catalogue, found);
  } catch (refusal) {
    const byCatalogue = resolveByCatalogue(catalogue, found);
    const bad = new Set(byCatalogue.problems.map(({ name }) => name));
    const others = found.wanted.filter(({ entry }) => !bad.has(entry));
    const isRetry = others.length > 0 && others.length < found.wanted.length;
    const second = isRetry ? planned(pkg, catalogue, { wanted: others, problems: byCatalogue.problems }) : undefined;
    const note = oneLine(`pkg of this host gives no plan: ${reasonOf(refusal)}`);
    // The first refusal is reported.
    return (await second?.catch(() => undefined)) ?? { ...byCatalogue, notes: [note, ...byCatalogue.notes] };
  }
}

async function planned(pkg: Pkg, catalogue: IpsCatalogue, { wanted, problems }: Found): Promise<Resolution> {
  const names = wanted.map(({ entry, package: one }) => patternOf(one, readReference(entry)));
  const plan = await planOfPkg(pkg.path, pkg.folder, pkg.revision, pkg.origins, names);
  const packages = describePackages(packagesOf(plan, catalogue), wanted, catalogue);
  return { packages, problems, notes: [...renames(wanted), ...sizeNotes(plan)] };
}

/** The full name, so that `pkg` does not match others. */
function patternOf({ name }: IpsPackage, { publisher, version }: IpsReference): string {
  return `pkg:/${publisher === undefined ? '' : `/${publisher}/`}${name}${version === undefined ? '' : `@${version}`}`;
}

/**
 * The packages of a plan, from the catalogue. Throws when the catalogue lacks one: then it is older than the one that
 * `pkg` read.
 */
function packagesOf({ packages }: PkgPlan, catalogue: IpsCatalogue): IpsPackage[] {
  return packages.map(({ publisher, name, version: text = '' }) => {
    const version = readVersion(text);
    const found = catalogue
      .versions(name)
      .find(
        (one) => one.publisher === publisher && version !== undefined && compareVersions(one.version, version) === 0,
      );
    if (!found) throw new Error(`it has ${name}@${text}, which the catalogue lacks: fetch the catalogue again`);
    return found;
  });
}

const sizeNotes = (plan: PkgPlan): string[] =>
  plan.bytes === undefined ? [NO_SIZES] : [`The total size according to pkg is ${bytes(plan.bytes)}. ${NO_SIZES}`];
