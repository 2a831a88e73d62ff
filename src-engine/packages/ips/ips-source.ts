import { AppError } from '../../../src-shared/errors';
import { ipsTool } from '../../repositories/ips';
import type { IpsOrigin } from '../../repositories/named';
import type { PackageSource, Resolution } from '../package-source';
import { readCatalogues, type IpsCatalogue } from './catalogue';
import { detailsOf, entriesOf } from './describe';
import { fetchEdition, readEdition, type FetchedEdition } from './edition-folder';
import { lockOf } from './lock';
import { IpsNames } from './names';
import { findEntries, resolveByCatalogue } from './resolve';
import { resolveByPkg } from './resolve-by-pkg';

/**
 * The repositories of IPS publishers, read from their catalogues. Dependencies are resolved by `pkg` where this host
 * has it, otherwise by the simpler rules of `resolveByCatalogue`; a note in the answer names the method.
 *
 * @param origins addresses as `pkg set-publisher -g` accepts them, including folders on this host; the first has the
 * highest rank
 * @param folder a folder of the cache for this source only
 * @param pkg path of `pkg`; tests set it
 */
export function openIps(origins: readonly IpsOrigin[], folder: string, pkg = ipsTool()): PackageSource {
  let last: { readonly fetched: FetchedEdition; readonly catalogue: IpsCatalogue } | undefined;

  /** Read once for each edition, because it takes about a second. */
  async function read(): Promise<NonNullable<typeof last>> {
    const fetched = await readEdition(folder);
    if (!fetched) throw new AppError('missing', 'No catalogue was fetched yet.', 'Fetch it first.');
    if (last?.fetched.folder !== fetched.folder)
      last = { fetched, catalogue: await readCatalogues(fetched, folder, origins) };
    return last;
  }

  async function resolve(names: readonly string[]): Promise<Resolution> {
    const { fetched, catalogue } = await read();
    const found = findEntries(catalogue, names);
    if (pkg === undefined) return resolveByCatalogue(catalogue, found);
    // Not the mirrors, and not the publishers that an address does not have: pkg refuses them.
    const absent = new Set((fetched.edition.unfollowed ?? []).map(({ repository }) => repository));
    const usable = origins.filter(
      ({ url }) => !absent.has(url) && fetched.catalogues.some(({ address }) => address === url),
    );
    return resolveByPkg({ path: pkg, folder, revision: fetched.edition.revision, origins: usable }, catalogue, found);
  }

  return {
    refresh: () => fetchEdition(origins, folder),
    async edition() {
      return (await readEdition(folder))?.edition;
    },
    async entries() {
      return entriesOf((await read()).catalogue);
    },
    async details(name) {
      const { catalogue } = await read();
      const found = new IpsNames(catalogue).find(name);
      return 'package' in found ? detailsOf(found.package, catalogue) : undefined;
    },
    async unknown(names) {
      const { problems } = findEntries((await read()).catalogue, names);
      return problems.filter(({ kind }) => kind === 'unknown');
    },
    resolve,
    async lock(names) {
      const { fetched, catalogue } = await read();
      return lockOf(names, await resolve(names), catalogue, fetched.edition);
    },
    securityUpdates: () => Promise.resolve(new Set<string>()),
    // The publisher keeps all versions of a package.
    download: () => Promise.resolve(),
  };
}
