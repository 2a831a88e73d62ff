import { contentUuid, isoDate, TOOL, type SbomSubject } from './document';
import { sourcesOf, type SoftwarePackage } from './package-set';

const DOCUMENT = 'SPDXRef-DOCUMENT';
const IMAGE = 'SPDXRef-Image';
const UNKNOWN = 'NOASSERTION';

/**
 * The document in SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3/): the image contains binary packages, which depend on
 * each other and are generated from source packages.
 */
export function spdxDocument(subject: SbomSubject): object {
  const { name, sha256, date, packages } = subject;
  const sources = sourcesOf(packages);
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: DOCUMENT,
    name,
    documentNamespace: `urn:uuid:${contentUuid('spdx', TOOL.version, name, sha256, isoDate(date))}`,
    creationInfo: { created: isoDate(date), creators: [`Tool: ${TOOL.name}-${TOOL.version}`] },
    packages: [
      {
        SPDXID: IMAGE,
        name,
        versionInfo: sha256,
        packageFileName: name,
        primaryPackagePurpose: 'OPERATING_SYSTEM',
        downloadLocation: UNKNOWN,
        filesAnalyzed: false,
        checksums: [{ algorithm: 'SHA256', checksumValue: sha256 }],
        licenseConcluded: UNKNOWN,
        licenseDeclared: UNKNOWN,
        copyrightText: UNKNOWN,
      },
      ...packages.map((one) => spdxPackage(one, 'LIBRARY')),
      ...sources.map((one) => spdxPackage(one, 'SOURCE')),
    ],
    relationships: [
      relationship(DOCUMENT, 'DESCRIBES', IMAGE),
      ...packages.map(({ purl }) => relationship(IMAGE, 'CONTAINS', idOf(purl))),
      ...packages.flatMap(({ purl, dependsOn }) =>
        dependsOn.map((on) => relationship(idOf(purl), 'DEPENDS_ON', idOf(on))),
      ),
      ...packages.flatMap(({ purl, source }) =>
        source ? [relationship(idOf(source.purl), 'GENERATES', idOf(purl))] : [],
      ),
      ...packages.flatMap(({ purl, builtUsing }) =>
        builtUsing.map((source) => relationship(idOf(purl), 'GENERATED_FROM', idOf(source.purl))),
      ),
    ],
  };
}

function spdxPackage(
  { purl, name, version, supplier, homepage }: SoftwarePackage,
  purpose: 'LIBRARY' | 'SOURCE',
): object {
  return {
    SPDXID: idOf(purl),
    name,
    versionInfo: version,
    primaryPackagePurpose: purpose,
    ...(supplier !== undefined && { supplier: supplierOf(supplier) }),
    ...(homepage !== undefined && { homepage }),
    downloadLocation: UNKNOWN,
    filesAnalyzed: false,
    licenseConcluded: UNKNOWN,
    licenseDeclared: UNKNOWN,
    copyrightText: UNKNOWN,
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
  };
}

const relationship = (spdxElementId: string, relationshipType: string, relatedSpdxElement: string): object => ({
  spdxElementId,
  relationshipType,
  relatedSpdxElement,
});

/** An identifier has letters, digits, dots and hyphens (section 7.2). Others become their hexadecimal code. */
const idOf = (purl: string): string =>
  `SPDXRef-${purl.slice('pkg:'.length).replace(/[^A-Za-z0-9.]/g, (character) => `-${character.charCodeAt(0).toString(16)}-`)}`;

const GROUP = /\b(team|maintainers?|group|developers|project|packagers|task force)\b/i;

/** `Name <address>` as section 7.5 has it: `Person: Name (address)`. */
function supplierOf(text: string): string {
  const [, name = text, address] = /^(.*?)\s*<([^>]*)>$/.exec(text) ?? [];
  const kind = GROUP.test(name) ? 'Organization' : 'Person';
  return `${kind}: ${name.replace(/^"(.*)"$/, '$1')}${address === undefined ? '' : ` (${address})`}`;
}
