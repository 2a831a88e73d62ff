import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import type { IpsOrigin } from '../../repositories/named';
import { readIfThere } from '../../system/files';
import type { FetchedCatalogue, FetchedEdition } from './edition-folder';
import { isPublisher } from './locate';
import { IpsPackage } from './package';
import { record, type PartName } from './parts';
import { isNamed } from './publishers';
import { compareVersions, readVersion } from './version';

/** Valid package names; others are skipped. */
const NAME = /^[a-z0-9][\w.+-]*(\/[a-z0-9][\w.+-]*)*$/i;
const MAX_NAME_LENGTH = 255;

/** Package names with their versions, by publisher. */
type Part = Readonly<Record<string, unknown>>;

/** All packages of an edition's catalogues. */
export class IpsCatalogue {
  /**
   * Versions by name: first those of the highest-ranked publisher, the newest first, then those of the next publisher.
   */
  readonly #versions = new Map<string, IpsPackage[]>();
  /** Packages of publishers that the manifest does not name, by name. A build cannot install them. */
  readonly #elsewhere = new Map<string, IpsPackage>();

  constructor(
    packages: Iterable<IpsPackage>,
    readonly hasDependencies: boolean,
    isUsed: (one: IpsPackage) => boolean = () => true,
  ) {
    const publishers = new Map<string, number>();
    for (const one of packages) {
      if (!isUsed(one)) {
        this.#elsewhere.set(one.name, one);
        continue;
      }
      if (!publishers.has(one.publisher)) publishers.set(one.publisher, publishers.size);
      const others = this.#versions.get(one.name);
      if (others) others.push(one);
      else this.#versions.set(one.name, [one]);
    }
    const place = ({ publisher }: IpsPackage): number => publishers.get(publisher) ?? 0;
    for (const versions of this.#versions.values())
      versions.sort((a, b) => place(a) - place(b) || compareVersions(b.version, a.version));
  }

  /** A package of this name of a publisher that the manifest does not name. */
  elsewhere(name: string): IpsPackage | undefined {
    return this.#elsewhere.get(name);
  }

  /** As `elsewhere`, by the end of the name after a slash. */
  elsewhereByEnd(end: string): IpsPackage | undefined {
    return [...this.#elsewhere.values()].find(({ name }) => name === end || name.endsWith(`/${end}`));
  }

  /** All names, sorted, including renamed packages. */
  names(): string[] {
    return [...this.#versions.keys()].sort();
  }

  /** All versions for this host, of all publishers. The first is the one that an installer chooses. */
  versions(name: string): IpsPackage[] {
    return (this.#versions.get(name) ?? []).filter(({ isForHost }) => isForHost);
  }

  /** The version that an installer chooses without other constraints; `undefined` when none is for this host. */
  newest(name: string): IpsPackage | undefined {
    return this.#versions.get(name)?.find(({ isForHost }) => isForHost);
  }

  /** Whether a package can be installed: it is for this host, not obsolete and not renamed. */
  isOffered(name: string): boolean {
    const newest = this.newest(name);
    return newest !== undefined && !newest.isObsolete && !newest.isRenamed;
  }
}

/**
 * Reads the catalogues of an edition. Entries outside the documented format are skipped.
 *
 * Throws `AppError('refused')` when a part is missing or is no longer JSON. It was checked when it was fetched.
 */
export async function readCatalogues(
  { catalogues, folder }: FetchedEdition,
  above: string,
  origins: readonly IpsOrigin[],
): Promise<IpsCatalogue> {
  const packages: IpsPackage[] = [];
  const seen = new Set<string>();
  for (const one of catalogues)
    for (const found of await readPackages(one, join(above, folder, one.folder))) {
      // All origins of one publisher have the same packages.
      const key = `${found.publisher}/${found.name}@${found.versionText}`;
      if (!seen.has(key)) packages.push(found);
      seen.add(key);
    }
  return new IpsCatalogue(
    packages,
    catalogues.every(({ parts }) => parts['catalog.dependency.C'] !== undefined),
    ({ from, publisher }) => isNamed(origins, from, publisher),
  );
}

async function readPackages({ address, parts }: FetchedCatalogue, folder: string): Promise<IpsPackage[]> {
  const read = async (name: PartName): Promise<Part> => (parts[name] === undefined ? {} : readPart(folder, name));
  const [base, dependency, summary] = [
    await read('catalog.base.C'),
    await read('catalog.dependency.C'),
    await read('catalog.summary.C'),
  ];
  const found: IpsPackage[] = [];
  for (const [publisher, stems] of Object.entries(base)) {
    if (!isPublisher(publisher)) continue; // for example _SIGNATURE
    const [needs, summaries] = [
      Object.entries(record(dependency[publisher])),
      Object.entries(record(summary[publisher])),
    ];
    const [needsOf, summaryOf] = [new Map(needs), new Map(summaries)];
    for (const [name, versions] of Object.entries(record(stems))) {
      if (name.length > MAX_NAME_LENGTH || !NAME.test(name) || !Array.isArray(versions)) continue;
      const [actionsOf, summariesOf] = [actionsByVersion(needsOf.get(name)), actionsByVersion(summaryOf.get(name))];
      for (const text of versions.map((version) => record(version)['version'])) {
        const version = typeof text === 'string' ? readVersion(text) : undefined;
        if (typeof text !== 'string' || !version) continue;
        const texts = { dependency: actionsOf.get(text) ?? [], summary: summariesOf.get(text) ?? [] };
        found.push(new IpsPackage(name, publisher, version, text, address, texts));
      }
    }
  }
  return found;
}

async function readPart(folder: string, name: PartName): Promise<Part> {
  const text = (await readIfThere(join(folder, name)))?.toString('utf8') ?? '';
  try {
    return record(JSON.parse(text));
  } catch {
    // Missing, not JSON or not a record.
    throw new AppError('refused', `${join(folder, name)} is damaged.`, 'Fetch the catalogue again with --refresh.');
  }
}

function actionsByVersion(versions: unknown): Map<unknown, readonly string[]> {
  if (!Array.isArray(versions)) return new Map();
  return new Map(
    versions
      .map(record)
      .map(({ version, actions }) => [
        version,
        Array.isArray(actions) ? actions.filter((action): action is string => typeof action === 'string') : [],
      ]),
  );
}
