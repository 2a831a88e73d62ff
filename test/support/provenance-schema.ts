import * as z from 'zod';

/**
 * In-toto Statement v1, SLSA provenance v1 and DSSE 1.0, for the parts of the specifications that the engine writes. Strict:
 * unknown fields are refused. Written from the specifications, because no package of npm or Debian 12 has schemas of them:
 *
 * - [IT] https://github.com/in-toto/attestation/tree/main/spec/v1 with the name of the page
 * - [SLSA] https://slsa.dev/spec/v1.0/provenance with the name of the section
 * - [DSSE] https://github.com/secure-systems-lab/dsse/tree/v1.0.0 with the name of the page
 */

/** [IT field_types] TypeURI and ResourceURI: RFC 3986, scheme and authority in lower case. */
const uri = z.string().refine((text) => {
  const [, scheme, authority = ''] = /^([^:/?#\s]+):(?:\/\/([^/?#\s]*))?[^\s<>"{}|\\^`]*$/.exec(text) ?? [];
  return scheme !== undefined && /^[a-z][a-z0-9+.-]*$/.test(scheme) && authority === authority.toLowerCase();
}, 'This is not a normalized URI.');

/** [IT field_types] Timestamp: RFC 3339 in UTC. */
const timestamp = z.iso.datetime({ offset: false });

/** [IT digest_set]: lower-case hex. `sha256` is recommended, and the only algorithm here. */
const digest = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** [SLSA Extension fields]: `<vendor>_<field>`. */
const annotations = z.strictObject({
  slipway_part: z.enum(['manifest', 'script', 'lock', 'input', 'sbom', 'journal']),
});

/** [IT resource_descriptor]. */
const resource = z
  .strictObject({
    name: z.string().min(1).optional(),
    uri: uri.optional(),
    digest: digest.optional(),
    mediaType: z
      .string()
      .regex(/^[\w.+-]+\/[\w.+-]+$/)
      .optional(),
    annotations: annotations.optional(),
  })
  // Fields: one of `uri`, `digest` or `content` at a minimum. The engine writes no content.
  .refine((one) => one.uri !== undefined || one.digest !== undefined, 'It has neither uri nor digest.');

/** Names, and addresses of resources without a name, occur once: [IT statement] subject, [IT resource_descriptor] name. */
const resources = z.array(resource).refine((all) => {
  const names = all.map(({ name, uri: address }) => name ?? address);
  return new Set(names).size === names.length;
}, 'A name occurs twice.');

/** [SLSA BuildDefinition]. */
const buildDefinition = z
  .strictObject({
    buildType: uri,
    // Simple, with string values
    externalParameters: z.strictObject({ manifest: z.string().min(1), distribution: z.string().min(1) }),
    internalParameters: z.strictObject({
      snapshots: z.enum(['none', 'plain', 'btrfs', 'zfs', 'memory']),
      containment: z.enum(['namespaces', 'reaper', 'session']).optional(),
      node: z
        .string()
        .regex(/^\d+\.\d+\.\d+/)
        .optional(),
      kernel: z.string().min(1).optional(),
      sourceDateEpoch: z.string().regex(/^\d+$/).optional(),
      variables: z.array(z.string().min(1)).optional(),
    }),
    resolvedDependencies: resources,
  })
  // Digests of what parameters name belong into resolvedDependencies.
  .refine(
    ({ externalParameters, resolvedDependencies }) =>
      resolvedDependencies.some(({ name, digest: sum }) => name === externalParameters.manifest && sum !== undefined),
    'The manifest is not a dependency.',
  );

/** [SLSA RunDetails], Builder and BuildMetadata. */
const runDetails = z.strictObject({
  builder: z.strictObject({
    id: uri,
    version: z.record(z.string().min(1), z.string().min(1)),
  }),
  metadata: z
    .strictObject({
      invocationId: z.string().min(1),
      startedOn: timestamp,
      finishedOn: timestamp,
      // [SLSA Extension fields]
      slipway_checkpoints: z
        .array(
          z.strictObject({
            step: z.string().min(1),
            run: z.string().min(1),
            finishedOn: timestamp,
            key: z
              .string()
              .regex(/^[0-9a-f]{32}$/)
              .optional(),
          }),
        )
        .min(1)
        .optional(),
    })
    .refine(({ startedOn, finishedOn }) => startedOn <= finishedOn, 'It ended before it began.'),
  byproducts: resources,
});

/** [IT statement]. */
export const statementSchema = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  // Each element has a digest; names are unique. An image is one artifact.
  subject: z.array(z.strictObject({ name: z.string().min(1), digest })).length(1),
  // [SLSA Schema]
  predicateType: z.literal('https://slsa.dev/provenance/v1'),
  // [SLSA Provenance]
  predicate: z.strictObject({ buildDefinition, runDetails }),
});

/** [DSSE envelope] Base64: RFC 4648, without characters that are not of the alphabet, with padding. */
const base64 = z
  .string()
  .min(1)
  .refine((text) => Buffer.from(text, 'base64').toString('base64') === text, 'This is not base64.');

/** [DSSE envelope], with the requirements of [IT envelope]. */
export const envelopeSchema = z.strictObject({
  payload: base64.refine((text) => isStatement(Buffer.from(text, 'base64').toString('utf8')), 'It is not a statement.'),
  payloadType: z.literal('application/vnd.in-toto+json'),
  signatures: z
    .array(
      z.strictObject({
        // A KEYID should be there for each key.
        keyid: z.string().regex(/^[0-9a-f]{64}$/),
        // RFC 8032: 64 bytes
        sig: base64.refine((text) => Buffer.from(text, 'base64').length === 64),
      }),
    )
    .min(1),
});

function isStatement(text: string): boolean {
  try {
    return statementSchema.safeParse(JSON.parse(text)).success;
  } catch {
    return false; // not JSON
  }
}
