import type { PackageProblem } from '../../../src-shared/engine-answers/packages';
import { endsOf, readReference } from '../../repositories/ips';
import { nearestNames } from '../../repositories/near-name';
import type { IpsCatalogue } from './catalogue';
import type { IpsPackage } from './package';
import { isOf, readVersion, type IpsVersion } from './version';

/** More names are not offered. */
const MOST_OFFERED = 8;
/** Each look for near names costs a look at every name there is. */
const MOST_NEAR = 50;

/** An entry of the manifest, and the package that it stands for. */
export interface Wanted {
  readonly entry: string;
  /** The version that an installer would take that nothing else binds. */
  readonly package: IpsPackage;
  /** What the entry says of the version. */
  readonly version: IpsVersion | undefined;
}

/** Finds packages by what manifests and people call them. */
export class IpsNames {
  /** Ends of names, and the names that have them. */
  readonly #ends = new Map<string, string[]>();
  #looksForNear = 0;

  constructor(private readonly catalogue: IpsCatalogue) {
    for (const name of catalogue.names())
      for (const end of endsOf(name)) {
        const names = this.#ends.get(end);
        if (names) names.push(name);
        else this.#ends.set(end, [name]);
      }
  }

  /**
   * The package that an entry stands for, or what is wrong with it. A name may be the end of one when it begins after a slash and
   * only one package has it; a whole name goes before an end, and a package before one that was taken back or renamed. A version
   * stands for the newest one that begins with it.
   */
  find(entry: string): Wanted | PackageProblem {
    const { name, isWhole, publisher, version } = readReference(entry);
    if (/[*?]/.test(name))
      return {
        name: entry,
        kind: 'other',
        message: `${name} is a pattern. pkg installs all packages that fit it; what they are is not looked up here.`,
        instead: [],
      };
    const choices = this.#choices(name, isWhole);
    const [only] = choices;
    if (only === undefined) return this.#unknown(entry, name);
    if (choices.length > 1)
      return {
        name: entry,
        kind: 'other',
        message: `${name} may be any of ${choices.length} packages: ${choices.slice(0, MOST_OFFERED).join(', ')}${choices.length > MOST_OFFERED ? ' and more' : ''}. Write the whole name of one.`,
        instead: choices.slice(0, MOST_OFFERED),
      };
    const versions = this.catalogue
      .versions(only)
      .filter((one) => publisher === undefined || one.publisher === publisher);
    if (versions.length === 0)
      return problem(
        entry,
        publisher === undefined
          ? `${only} is not for this host: its packages are for another architecture.`
          : `The publisher ${publisher} has no package ${only}.`,
        publisher === undefined ? [] : [only],
      );
    const wanted = version === undefined || version === 'latest' ? undefined : readVersion(version);
    const isAny = version === undefined || version === 'latest';
    const found = versions.find((one) => isAny || (wanted !== undefined && isOf(one.version, wanted)));
    if (!found)
      return problem(
        entry,
        `There is no version ${version ?? ''} of ${only}; the newest is ${versions[0]?.versionText ?? ''}.`,
        [only],
      );
    if (found.isObsolete)
      return problem(entry, `${only} was taken back by its publisher: it is obsolete.`, this.#near(name, only));
    return { entry, package: found, version: wanted };
  }

  /** The names that fit best; several when none of them is better than the others. */
  #choices(name: string, isWhole: boolean): readonly string[] {
    const names = this.#ends.get(name) ?? [];
    if (names.includes(name)) return [name];
    if (isWhole) return [];
    const offered = names.filter((one) => this.catalogue.isOffered(one));
    return offered.length > 0 ? offered : names;
  }

  #unknown(entry: string, name: string): PackageProblem {
    return problem(entry, `No repository has a package ${name}.`, this.#near(name));
  }

  /** Names near it, by any of their ends; none for the many of a list that is wrong as a whole. */
  #near(name: string, not?: string): string[] {
    if (this.#looksForNear++ >= MOST_NEAR) return [];
    const names = nearestNames(name, this.#ends.keys(), MOST_OFFERED).flatMap((end) => this.#ends.get(end) ?? []);
    return [...new Set(names)].filter((one) => one !== not && this.catalogue.isOffered(one)).slice(0, MOST_OFFERED);
  }
}

const problem = (name: string, message: string, instead: readonly string[]): PackageProblem => ({
  name,
  kind: 'unknown',
  message,
  instead: [...instead],
});
