import type { PackageSource } from '../../src-engine/packages/package-source';
import type { OfferedPackage, RepositoryUnderTest } from './package-source';
import { servePublisher, type Offer } from '../support/ips-publisher';

const offerOf = (packages: readonly OfferedPackage[]): Offer => ({
  publisher: 'openindiana.org',
  packages: packages.map(({ needs, ...one }) => ({ ...one, ...(needs && { depends: needs }) })),
});

/** Serves an IPS publisher for the conformance suite of package sources. */
export async function serveIps(
  packages: readonly OfferedPackage[],
  open: (url: string) => PackageSource,
): Promise<RepositoryUnderTest> {
  const publisher = await servePublisher(offerOf(packages));
  return {
    url: publisher.url,
    open: () => open(publisher.url),
    publish: (next) => publisher.publish(offerOf(next)),
    cutOff: () => publisher.cutOff(/base/, 10),
    mend: () => publisher.mend(),
    forge: () => publisher.replace(/base/, (part) => Buffer.from(part.toString('utf8').replace('library', 'librarx'))),
    stop: () => publisher.stop(),
  };
}
