import { contentUuid, isoDate, TOOL, type SbomSubject } from './document';
import { sourcesOf, type SoftwarePackage } from './package-set';

const IMAGE = 'image';

/**
 * The document in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/). The format has no mark for source packages: their
 * purl has `arch=source`.
 */
export function cyclonedxDocument({ name, sha256, date, packages }: SbomSubject): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${contentUuid('cyclonedx', TOOL.version, name, sha256, isoDate(date))}`,
    version: 1,
    metadata: {
      timestamp: isoDate(date),
      tools: { components: [{ type: 'application', ...TOOL }] },
      component: {
        'bom-ref': IMAGE,
        type: 'operating-system',
        name,
        hashes: [{ alg: 'SHA-256', content: sha256 }],
      },
    },
    components: [...packages, ...sourcesOf(packages)].map(component),
    dependencies: [
      { ref: IMAGE, dependsOn: packages.map(({ purl }) => purl) },
      ...packages.map(({ purl, dependsOn }) => ({ ref: purl, ...(dependsOn.length > 0 && { dependsOn }) })),
    ],
  };
}

function component({ purl, name, version, supplier, homepage }: SoftwarePackage): object {
  return {
    'bom-ref': purl,
    type: 'library',
    ...(supplier !== undefined && { supplier: { name: supplier } }),
    name,
    version,
    purl,
    ...(homepage !== undefined && { externalReferences: [{ type: 'website', url: homepage }] }),
  };
}
