import { openIps } from '../../../src-engine/packages/ips/ips-source';
import type { IpsOrigin } from '../../../src-engine/repositories/named';
import type { PackageSource } from '../../../src-engine/packages/package-source';
import { tempFolder } from '../../support/temp-folder';
import type { Offer, TestIpsPackage } from '../../support/ips-publisher';

/** Addresses whose publishers the manifest does not name. */
export const origins = (...urls: readonly string[]): IpsOrigin[] => urls.map((url) => ({ url, publisher: '' }));

/** A source that has fetched the catalogues of these addresses. */
export async function fetched(...urls: readonly string[]): Promise<PackageSource> {
  const source = openIps(origins(...urls), tempFolder());
  await source.refresh();
  return source;
}

/** The packages of the publisher openindiana.org. */
export const openindiana = (packages: readonly TestIpsPackage[]): Offer => ({ publisher: 'openindiana.org', packages });
