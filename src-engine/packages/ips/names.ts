import type { PackageProblem } from '../../../src-shared/engine-answers/packages';
import { endsOf, readReference } from '../../repositories/ips';
import { nearestNames } from '../../../src-shared/near-name';
import type { IpsCatalogue } from './catalogue';
import type { IpsPackage } from './package';
import { isOf, readVersion, type IpsVersion } from './version';

/** The limit on suggested names. */
const MAX_OFFERED = 8;
/** The limit on names to find similar ones for: each is compared with every known name. */
const MAX_NEAR = 50;

/** An entry of the manifest, and the package that it means. */
export interface Wanted {
  readonly entry: string;
  /** The version that an installer chooses without other constraints. */
  readonly package: IpsPackage;
  /** The version that the entry names. */
  readonly version: IpsVersion | undefined;
}

/** Finds packages by the names that manifests and users use. */
export class IpsNames {
  readonly #catalogue: IpsCatalogue;

  /** Name endings, each with the full names that have it. */
  readonly #ends = new Map<string, string[]>();
  #searches = 0;

  constructor(catalogue: IpsCatalogue) {
    this.#catalogue = catalogue;
    for (const name of catalogue.names())
      for (const end of endsOf(name)) {
        const names = this.#ends.get(end);
        if (names) names.push(name);
        else this.#ends.set(end, [name]);
      }
  }

  /**
   * The package that an entry means, or the problem with the entry. A name may be the end of a full name after a slash
   * when only one package has it. A full name takes precedence over an ending, and a current package over an obsolete
   * or renamed one. A version means the newest version that begins with it.
   */
  find(entry: string): Wanted | PackageProblem {
    const { name, isWhole, publisher, version } = readReference(entry);
    const choices = this.#choices(name, isWhole);
    const [only] = choices;
    if (only === undefined) return this.#unknown(entry, name);
    if (choices.length > 1)
      return {
        name: entry,
        kind: 'other',
        message: `${name} may be any of ${choices.length} packages: ${choices.slice(0, MAX_OFFERED).join(', ')}${choices.length > MAX_OFFERED ? ' and more' : ''}. Write the full name of one.`,
        instead: choices.slice(0, MAX_OFFERED),
      };
    const versions = this.#catalogue
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
      return problem(entry, `${only} is obsolete: its publisher has withdrawn it.`, this.#near(name, only));
    return { entry, package: found, version: wanted };
  }

  /** The full names of the packages that a pattern means: those that can be installed. `*` and `?` match slashes too. */
  matching(pattern: string): string[] {
    return this.#catalogue.names().filter((name) => matchesGlob(name, pattern) && this.#catalogue.isOffered(name));
  }

  /** The best matching names; several when they match equally well. */
  #choices(name: string, isWhole: boolean): readonly string[] {
    const names = this.#ends.get(name) ?? [];
    if (names.includes(name)) return [name];
    if (isWhole) return [];
    const offered = names.filter((one) => this.#catalogue.isOffered(one));
    return offered.length > 0 ? offered : names;
  }

  #unknown(entry: string, name: string): PackageProblem {
    const elsewhere = this.#catalogue.elsewhereByEnd(name);
    if (elsewhere)
      return problem(
        entry,
        `Only publisher ${elsewhere.publisher} has ${elsewhere.name}, and the manifest does not name it. Add it to the publishers, with the address ${elsewhere.from}.`,
        [],
      );
    return problem(entry, `No repository has a package ${name}.`, this.#near(name));
  }

  /** Similar names, compared by every ending. Empty after `MAX_NEAR` searches: then the whole list is wrong. */
  #near(name: string, excluded?: string): string[] {
    if (this.#searches++ >= MAX_NEAR) return [];
    const names = nearestNames(name, this.#ends.keys(), MAX_OFFERED).flatMap((end) => this.#ends.get(end) ?? []);
    return [...new Set(names)]
      .filter((one) => one !== excluded && this.#catalogue.isOffered(one))
      .slice(0, MAX_OFFERED);
  }
}

/**
 * Whether `*` and `?` of a pattern match a name as a whole. Not a regular expression, which hostile patterns make
 * slow: the time is at most the product of both lengths.
 */
function matchesGlob(name: string, pattern: string): boolean {
  let [at, from, star, retry] = [0, 0, -1, 0];
  while (at < name.length)
    if (from < pattern.length && (pattern[from] === '?' || pattern[from] === name[at]) && pattern[from] !== '*') {
      at++;
      from++;
    } else if (pattern[from] === '*') [star, retry, from] = [from, at, from + 1];
    else if (star >= 0) [at, from, retry] = [retry + 1, star + 1, retry + 1];
    else return false;
  return /^\**$/.test(pattern.slice(from));
}

const problem = (name: string, message: string, instead: readonly string[]): PackageProblem => ({
  name,
  kind: 'unknown',
  message,
  instead: [...instead],
});
