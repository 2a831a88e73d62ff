import { listOf, object, oneOf, optional, text, type Shape, type TypeOf } from '../shape';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'https://slsa.dev/provenance/v1';

/** The ends of the names of the files beside an image. */
export const STATEMENT_SUFFIX = '.statement.json';
export const ENVELOPE_SUFFIX = '.intoto.jsonl';

/** What a file was for the build. `verify` names it. */
export const PARTS = ['manifest', 'script', 'lock', 'input', 'sbom', 'journal'] as const;
export type Part = (typeof PARTS)[number];

const record = <T>(type: string, value: Shape<T>): Shape<Readonly<Record<string, T>>> => ({
  type,
  description: '',
  accepts: (given): given is Readonly<Record<string, T>> =>
    typeof given === 'object' &&
    given !== null &&
    !Array.isArray(given) &&
    Object.values(given).every((one) => value.accepts(one)),
});

const anything: Shape<unknown> = { type: 'unknown', description: '', accepts: (_value): _value is unknown => true };
const digests = record('DigestSet', text);

const resource = object('ResourceDescriptor', 'A file, or something else that the build used or made.', {
  name: optional(text),
  uri: optional(text),
  digest: optional(digests),
  mediaType: optional(text),
  annotations: optional(object('Annotations', '', { slipway_part: optional(oneOf(...PARTS)) })),
});

/** A file, or something else that the build used or made. */
export type ResourceDescriptor = TypeOf<typeof resource>;

const checkpoint = object('StatementCheckpoint', 'A step that was kept from an earlier run.', {
  step: text,
  run: text,
  finishedOn: text,
  key: optional(text),
});

/**
 * An in-toto Statement v1 with a predicate of SLSA provenance v1. Unknown fields are accepted, as the specifications ask of
 * readers.
 */
export const statement = object('Statement', 'What an image was built from, and how.', {
  _type: oneOf(STATEMENT_TYPE),
  subject: listOf(object('Subject', 'The image.', { name: text, digest: digests })),
  predicateType: oneOf(PREDICATE_TYPE),
  predicate: object('Provenance', '', {
    buildDefinition: object('BuildDefinition', '', {
      buildType: text,
      externalParameters: record('Parameters', text),
      internalParameters: optional(record('InternalParameters', anything)),
      resolvedDependencies: optional(listOf(resource)),
    }),
    runDetails: object('RunDetails', '', {
      builder: object('Builder', '', { id: text, version: optional(record('Versions', text)) }),
      metadata: optional(
        object('BuildMetadata', '', {
          invocationId: optional(text),
          startedOn: optional(text),
          finishedOn: optional(text),
          slipway_checkpoints: optional(listOf(checkpoint)),
        }),
      ),
      byproducts: optional(listOf(resource)),
    }),
  }),
});

/** What an image was built from, and how. */
export type Statement = TypeOf<typeof statement>;

/** The names of the external parameters. A verifier refuses others (SLSA provenance v1, `externalParameters`). */
export const EXTERNAL_PARAMETERS = ['manifest', 'distribution'] as const;
