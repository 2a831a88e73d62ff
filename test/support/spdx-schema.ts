import * as z from 'zod';

/**
 * SPDX 2.3 in JSON, for the part of the specification that the engine writes. Strict: unknown fields are refused. Written
 * from https://spdx.github.io/spdx-spec/v2.3/, because no package of npm or Debian 12 has the official schema.
 */

/** Section 7.2 and 6.3. */
const identifier = z.string().regex(/^SPDXRef-[A-Za-z0-9.-]+$/);
/** Sections 7.13, 7.15 and 7.17. */
const unknown = z.literal('NOASSERTION');
/** Section 6.9: UTC with seconds. */
const date = z.iso.datetime({ precision: 0 });

const spdxPackage = z.strictObject({
  SPDXID: identifier,
  // 7.1 and 7.3
  name: z.string().regex(/^[^\n]+$/),
  versionInfo: z.string().regex(/^[^\n]+$/),
  // 7.4
  packageFileName: z.string().min(1).optional(),
  // 7.5
  supplier: z
    .string()
    .regex(/^(Person|Organization): [^()\n]+( \([^()\n]*\))?$/)
    .optional(),
  // 7.7
  downloadLocation: unknown,
  // 7.8: without it, a verification code would be mandatory (7.9)
  filesAnalyzed: z.literal(false),
  // 7.10
  checksums: z
    .array(z.strictObject({ algorithm: z.literal('SHA256'), checksumValue: z.string().regex(/^[0-9a-f]{64}$/) }))
    .optional(),
  // 7.11
  homepage: z.url().optional(),
  licenseConcluded: unknown,
  licenseDeclared: unknown,
  copyrightText: unknown,
  // 7.21 and annex F.3.5
  externalRefs: z
    .array(
      z.strictObject({
        referenceCategory: z.literal('PACKAGE-MANAGER'),
        referenceType: z.literal('purl'),
        referenceLocator: z.string().regex(/^pkg:[a-z]+\/[^\s@]+@[^\s?]+(\?[^\s]+)?$/),
      }),
    )
    .optional(),
  // 7.24
  primaryPackagePurpose: z.enum(['OPERATING_SYSTEM', 'LIBRARY', 'SOURCE']),
});

const relationship = z.strictObject({
  // 11.1
  spdxElementId: identifier,
  relationshipType: z.enum(['DESCRIBES', 'CONTAINS', 'DEPENDS_ON', 'GENERATES', 'GENERATED_FROM']),
  relatedSpdxElement: identifier,
});

export const spdxSchema = z
  .strictObject({
    // 6.1 to 6.5
    spdxVersion: z.literal('SPDX-2.3'),
    dataLicense: z.literal('CC0-1.0'),
    SPDXID: z.literal('SPDXRef-DOCUMENT'),
    name: z.string().min(1),
    documentNamespace: z.string().regex(/^[a-z][a-z0-9+.-]*:[^#\s]+$/),
    // 6.8 and 6.9
    creationInfo: z.strictObject({
      created: date,
      creators: z.array(z.string().regex(/^(Tool|Person|Organization): .+$/)).min(1),
    }),
    packages: z.array(spdxPackage).min(1),
    relationships: z.array(relationship),
  })
  .superRefine(({ packages, relationships }, context) => {
    const ids = packages.map(({ SPDXID }) => SPDXID);
    // 7.2: unique within the document
    if (new Set(ids).size < ids.length) context.addIssue('An identifier is used twice.');
    const known = new Set(['SPDXRef-DOCUMENT', ...ids]);
    for (const { spdxElementId, relatedSpdxElement } of relationships)
      for (const id of [spdxElementId, relatedSpdxElement])
        if (!known.has(id)) context.addIssue(`${id} is not an element of the document.`);
    // 11.1: a document that has packages describes at least one
    if (!relationships.some(({ relationshipType }) => relationshipType === 'DESCRIBES'))
      context.addIssue('The document describes nothing.');
  });
