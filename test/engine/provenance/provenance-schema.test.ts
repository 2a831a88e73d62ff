// The schemas of statements and envelopes refuse what the specifications forbid: each entry breaks one rule of a right document.
import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { signedEnvelope } from '../../../src-engine/provenance/dsse';
import { fencesOf } from '../../support/markdown';
import { envelopeSchema, statementSchema } from '../../support/provenance-schema';

const EXAMPLE = fencesOf('docs/provenance.md').find(({ language }) => language === 'json')?.text ?? '';
const KEY = generateKeyPairSync('ed25519').privateKey;

type Place = readonly (string | number)[];
type Change = (document: unknown) => void;

/** The object at a place of a document. */
function inside(document: unknown, place: Place): Record<string | number, unknown> {
  return place.reduce(
    (at, key) => at[key] as Record<string | number, unknown>,
    document as Record<string | number, unknown>,
  );
}

const to =
  (value: unknown, ...place: Place): Change =>
  (document) =>
    void (inside(document, place.slice(0, -1))[place.at(-1) ?? ''] = value);
const without =
  (...place: Place): Change =>
  (document) =>
    void Reflect.deleteProperty(inside(document, place.slice(0, -1)), place.at(-1) ?? '');

const DEFINITION = ['predicate', 'buildDefinition'] as const;
const DETAILS = ['predicate', 'runDetails'] as const;
const DEPENDENCY = [...DEFINITION, 'resolvedDependencies', 0] as const;
const METADATA = [...DETAILS, 'metadata'] as const;
const HASH = 'ab'.repeat(32);

const STATEMENTS: Readonly<Record<string, Change>> = {
  'another type': to('https://in-toto.io/Statement/v0.1', '_type'),
  'no type': without('_type'),
  'an unknown field': to(1, 'extra'),
  'no subject': without('subject'),
  'an empty subject': to([], 'subject'),
  'a subject without a digest': without('subject', 0, 'digest'),
  'a subject without a name': without('subject', 0, 'name'),
  'two subjects': (document) => {
    const all = inside(document, ['subject']) as unknown as unknown[];
    all.push(all[0]);
  },
  'a digest in upper case': to(HASH.toUpperCase(), 'subject', 0, 'digest', 'sha256'),
  'a digest that is too short': to(HASH.slice(2), 'subject', 0, 'digest', 'sha256'),
  'a digest in base64': to(Buffer.from(HASH, 'hex').toString('base64'), 'subject', 0, 'digest', 'sha256'),
  'a weak algorithm': to('ab'.repeat(16), 'subject', 0, 'digest', 'md5'),
  'another predicate': to('https://slsa.dev/provenance/v0.2', 'predicateType'),
  'no type of the predicate': without('predicateType'),
  'no predicate': without('predicate'),
  'a predicate that is a list': to([], 'predicate'),
  'no build definition': without(...DEFINITION),
  'no run details': without(...DETAILS),
  'an unknown field of the predicate': to({}, 'predicate', 'materials'),
  'no build type': without(...DEFINITION, 'buildType'),
  'a build type that is no URI': to('provenance', ...DEFINITION, 'buildType'),
  'a build type with a scheme in upper case': to('HTTPS://example.org/a', ...DEFINITION, 'buildType'),
  'a build type with a host in upper case': to('https://Example.org/a', ...DEFINITION, 'buildType'),
  'no external parameters': without(...DEFINITION, 'externalParameters'),
  'an unknown external parameter': to('a', ...DEFINITION, 'externalParameters', 'variant'),
  'an external parameter that is a number': to(1, ...DEFINITION, 'externalParameters', 'manifest'),
  'no manifest among the parameters': without(...DEFINITION, 'externalParameters', 'manifest'),
  'a manifest that is not a dependency': to('other.xml', ...DEFINITION, 'externalParameters', 'manifest'),
  'an unknown internal parameter': to('a', ...DEFINITION, 'internalParameters', 'user'),
  'an unknown snapshot backend': to('lvm', ...DEFINITION, 'internalParameters', 'snapshots'),
  'the values of variables': to({ TOKEN: 'a' }, ...DEFINITION, 'internalParameters', 'variables'),
  'dependencies that are not a list': to({}, ...DEFINITION, 'resolvedDependencies'),
  'a dependency with neither address nor digest': to({ name: 'a' }, ...DEPENDENCY),
  'a dependency with a blank in its address': to({ uri: 'https://a b' }, ...DEPENDENCY),
  'a dependency with an empty name': to('', ...DEPENDENCY, 'name'),
  'two dependencies of one name': to('scripts/iso', ...DEPENDENCY, 'name'),
  'a dependency with an unknown field': to('a', ...DEPENDENCY, 'path'),
  'an annotation without a vendor': to({ part: 'lock' }, ...DEPENDENCY, 'annotations'),
  'an unknown part': to('kernel', ...DEPENDENCY, 'annotations', 'slipway_part'),
  'a media type without a slash': to('json', ...DEPENDENCY, 'mediaType'),
  'no builder': without(...DETAILS, 'builder'),
  'no identifier of the builder': without(...DETAILS, 'builder', 'id'),
  'an identifier of the builder that is no URI': to('local', ...DETAILS, 'builder', 'id'),
  'a version that is a number': to(1, ...DETAILS, 'builder', 'version', 'slipway'),
  'an unknown field of the run': to('a', ...DETAILS, 'host'),
  'an empty run': to('', ...METADATA, 'invocationId'),
  'a time without a zone': to('2026-11-30T10:00:00', ...METADATA, 'startedOn'),
  'a time in another zone': to('2026-11-30T10:00:00+01:00', ...METADATA, 'startedOn'),
  'a time in seconds': to(1_780_000_000, ...METADATA, 'finishedOn'),
  'an end before the beginning': to('2000-01-01T00:00:00Z', ...METADATA, 'finishedOn'),
  'an empty list of checkpoints': to([], ...METADATA, 'slipway_checkpoints'),
  'a checkpoint without its run': to(
    [{ step: 'a', finishedOn: '2026-11-30T10:00:00Z' }],
    ...METADATA,
    'slipway_checkpoints',
  ),
  'a byproduct without a digest': without(...DETAILS, 'byproducts', 0, 'digest'),
  'two byproducts of one name': (document) => {
    const all = inside(document, [...DETAILS, 'byproducts']) as unknown as unknown[];
    all.push(all[0]);
  },
};

const ENVELOPES: Readonly<Record<string, Change>> = {
  'no payload': without('payload'),
  'a payload that is not base64': to('{}', 'payload'),
  'a payload without its padding': to('YQ', 'payload'),
  'a payload that is not JSON': to('YQ==', 'payload'),
  'a payload that is not a statement': to('e30=', 'payload'),
  'a type of any JSON': to('application/json', 'payloadType'),
  'no type of the payload': without('payloadType'),
  'no signatures': without('signatures'),
  'an empty list of signatures': to([], 'signatures'),
  'a signature without a value': without('signatures', 0, 'sig'),
  'a signature that is too short': to('YWJj', 'signatures', 0, 'sig'),
  'a signature without a key id': without('signatures', 0, 'keyid'),
  'an unknown field of a signature': to('ed25519', 'signatures', 0, 'alg'),
  'an unknown field of the envelope': to('1', 'version'),
};

const statement = (): unknown => JSON.parse(EXAMPLE);
const envelope = (): unknown => JSON.parse(signedEnvelope(Buffer.from(EXAMPLE), KEY));

it('The right documents are accepted.', () => {
  expect(statementSchema.safeParse(statement()).error).toBeUndefined();
  expect(envelopeSchema.safeParse(envelope()).error).toBeUndefined();
});

it.each(Object.keys(STATEMENTS))('Refused as a statement: %s.', (name) => {
  const document = statement();
  STATEMENTS[name]?.(document);
  expect(statementSchema.safeParse(document).success).toBe(false);
});

it.each(Object.keys(ENVELOPES))('Refused as an envelope: %s.', (name) => {
  const document = envelope();
  ENVELOPES[name]?.(document);
  expect(envelopeSchema.safeParse(document).success).toBe(false);
});
