// The schema of SPDX documents refuses what the specification forbids: each entry breaks one rule of a right document.
import { expect, it } from 'vitest';
import { spdxDocument } from '../../../src-engine/sbom/spdx';
import { spdxSchema } from '../../support/spdx-schema';

const source = { purl: 'pkg:deb/debian/vim@9?arch=source', name: 'vim', version: '9' };
const right = (): Document =>
  structuredClone(
    spdxDocument({
      name: 'sample.iso',
      sha256: 'ab'.repeat(32),
      date: 0,
      tree: 'squashfs',
      packages: [
        {
          ...source,
          purl: 'pkg:deb/debian/vim@9?arch=all',
          supplier: 'A B <a@b.c>',
          dependsOn: [],
          source,
          builtUsing: [],
        },
      ],
    }),
  ) as Document;

interface Document {
  [field: string]: unknown;
  creationInfo: Record<string, unknown>;
  packages: Record<string, unknown>[];
  relationships: Record<string, unknown>[];
}

const inPackage = (at: number, field: string, value: unknown) => (document: Document) =>
  void Object.assign(document.packages[at] ?? {}, { [field]: value });
const inRelationship = (field: string, value: unknown) => (document: Document) =>
  void Object.assign(document.relationships[0] ?? {}, { [field]: value });
const atTop = (field: string, value: unknown) => (document: Document) =>
  void Object.assign(document, { [field]: value });
const without = (field: string) => (document: Document) => void Reflect.deleteProperty(document, field);
const withoutInPackage = (at: number, field: string) => (document: Document) =>
  void Reflect.deleteProperty(document.packages[at] ?? {}, field);

const BROKEN: Readonly<Record<string, (document: Document) => void>> = {
  'another version of the format': atTop('spdxVersion', 'SPDX-2.2'),
  'another licence of the data': atTop('dataLicense', 'MIT'),
  'another identifier of the document': atTop('SPDXID', 'SPDXRef-Document'),
  'an empty name': atTop('name', ''),
  'a namespace with a fragment': atTop('documentNamespace', 'https://example.org/a#b'),
  'a namespace that is no URI': atTop('documentNamespace', 'sample'),
  'an unknown field': atTop('extra', 1),
  'no version of the format': without('spdxVersion'),
  'no namespace': without('documentNamespace'),
  'no creation': without('creationInfo'),
  'no packages': atTop('packages', []),
  'no relationships': atTop('relationships', []),
  'no creator': (document) => void (document.creationInfo['creators'] = []),
  'a creator without a kind': (document) => void (document.creationInfo['creators'] = ['slipway']),
  'a date with fractions of a second': (document) => void (document.creationInfo['created'] = '2026-01-01T00:00:00.5Z'),
  'a date without a time': (document) => void (document.creationInfo['created'] = '2026-01-01'),
  'a date in another time zone': (document) => void (document.creationInfo['created'] = '2026-01-01T00:00:00+01:00'),
  'an unknown field of the creation': (document) => void (document.creationInfo['extra'] = ''),
  'an identifier with a blank': inPackage(1, 'SPDXID', 'SPDXRef-a b'),
  'an identifier without its prefix': inPackage(1, 'SPDXID', 'Package'),
  'an identifier used twice': inPackage(1, 'SPDXID', 'SPDXRef-Image'),
  'a package without a name': withoutInPackage(1, 'name'),
  'a package with a name of two lines': inPackage(1, 'name', 'a\nb'),
  'a package without a download location': withoutInPackage(1, 'downloadLocation'),
  'files that were not analyzed': inPackage(1, 'filesAnalyzed', true),
  'a supplier without a kind': inPackage(1, 'supplier', 'A B'),
  'a supplier with an open bracket': inPackage(1, 'supplier', 'Person: A (a@b'),
  'a homepage that is no URL': inPackage(1, 'homepage', 'none'),
  'a checksum of another length': inPackage(0, 'checksums', [{ algorithm: 'SHA256', checksumValue: 'ab' }]),
  'a checksum in capitals': inPackage(0, 'checksums', [{ algorithm: 'SHA256', checksumValue: 'AB'.repeat(32) }]),
  'an unknown algorithm': inPackage(0, 'checksums', [{ algorithm: 'CRC', checksumValue: 'ab'.repeat(32) }]),
  'an unknown purpose': inPackage(1, 'primaryPackagePurpose', 'OPERATING-SYSTEM'),
  'an unknown field of a package': inPackage(1, 'sizes', 1),
  'another category of reference': inPackage(1, 'externalRefs', [
    { referenceCategory: 'PACKAGE_MANAGER', referenceType: 'purl', referenceLocator: 'pkg:deb/debian/vim@9' },
  ]),
  'a purl without a version': inPackage(1, 'externalRefs', [
    { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: 'pkg:deb/debian/vim' },
  ]),
  'a purl with a blank': inPackage(1, 'externalRefs', [
    { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: 'pkg:deb/debian/vim@9 1' },
  ]),
  'a relationship to an unknown element': inRelationship('relatedSpdxElement', 'SPDXRef-none'),
  'a relationship from an unknown element': inRelationship('spdxElementId', 'SPDXRef-none'),
  'an unknown relationship': inRelationship('relationshipType', 'NEEDS'),
  'a relationship without an end': inRelationship('relatedSpdxElement', undefined),
  'an unknown field of a relationship': inRelationship('note', ''),
};

it('The right document is accepted.', () => {
  expect(spdxSchema.safeParse(right()).error).toBeUndefined();
});

it.each(Object.keys(BROKEN))('Refused: %s.', (name) => {
  const document = right();
  BROKEN[name]?.(document);
  expect(spdxSchema.safeParse(document).success).toBe(false);
});
