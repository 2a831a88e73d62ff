import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { listOf, object, optional, text, type TypeOf } from '../../src-shared/shape';

/** The type of an in-toto statement in an envelope (in-toto envelope v1). */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

const envelope = object('Envelope', 'An envelope of DSSE 1.0.', {
  payload: text,
  payloadType: text,
  signatures: listOf(object('Signature', '', { keyid: optional(text), sig: text })),
});

/** An envelope of DSSE 1.0. */
export type Envelope = TypeOf<typeof envelope>;

/** What is signed: `PAE(type, body)` of the protocol of DSSE 1.0. Lengths count bytes. */
export function preAuthEncoding(type: string, body: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `;
  return Buffer.concat([Buffer.from(head), body]);
}

/** A public key's name in envelopes: the SHA-256 of its SubjectPublicKeyInfo in DER, in hex. */
export function keyIdOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** Signs a statement. The result is one line of a `.intoto.jsonl` file. */
export function signedEnvelope(body: Uint8Array, key: KeyObject): string {
  const sig = sign(null, preAuthEncoding(PAYLOAD_TYPE, body), key).toString('base64');
  const signed: Envelope = {
    payload: Buffer.from(body).toString('base64'),
    payloadType: PAYLOAD_TYPE,
    signatures: [{ keyid: keyIdOf(key), sig }],
  };
  return `${JSON.stringify(signed)}\n`;
}

/** A statement whose signature is right, or a clause with the reason why it is not. */
export type Opened = { readonly body: Buffer } | { readonly problem: string };

/**
 * Opens an envelope that one of the trusted keys has signed. The name of a key only selects which key is tried; the signature
 * decides (DSSE 1.0, protocol).
 *
 * @param line one envelope, as a line of a `.intoto.jsonl` file without its end
 */
export function openEnvelope(line: string, keys: readonly KeyObject[]): Opened {
  const parsed = parseEnvelope(line);
  if (parsed === undefined) return { problem: 'it is not an envelope of DSSE 1.0' };
  const { payload, payloadType, signatures } = parsed;
  const decode = decoderFor([payload, ...signatures.map(({ sig }) => sig)].join(''));
  const body = decode(payload);
  const known = keys.map((key) => ({ id: keyIdOf(key), key }));
  const candidates = signatures.filter(({ keyid }) => keyid === undefined || known.some(({ id }) => id === keyid));
  if (!body) return { problem: 'its payload is not base64' };
  if (candidates.length === 0)
    return { problem: `it is signed by another key (${signatures.map(({ keyid }) => keyid ?? 'unnamed').join(', ')})` };
  const signed = preAuthEncoding(payloadType, body);
  const isRight = candidates.some(({ keyid, sig }) => {
    const bytes = decode(sig);
    return bytes && known.some(({ id, key }) => (keyid ?? id) === id && verify(null, signed, key, bytes));
  });
  if (!isRight) return { problem: 'its signature is wrong' };
  return payloadType === PAYLOAD_TYPE ? { body } : { problem: `its payload is of the type ${payloadType}` };
}

/** Whether an envelope has this statement. Its signature is not checked. */
export function hasPayload(line: string, body: Uint8Array): boolean {
  const payload = parseEnvelope(line)?.payload;
  return payload !== undefined && decoderFor(payload)(payload)?.equals(body) === true;
}

/** Without unknown fields, so that the name of a field cannot change unnoticed. */
function parseEnvelope(line: string): Envelope | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (!envelope.accepts(value) || !hasOnly(value, ['payload', 'payloadType', 'signatures'])) return undefined;
    return value.signatures.length > 0 && value.signatures.every((one) => hasOnly(one, ['keyid', 'sig']))
      ? value
      : undefined;
  } catch {
    return undefined; // not JSON
  }
}

const hasOnly = (value: object, fields: readonly string[]): boolean =>
  Object.keys(value).every((field) => fields.includes(field));

/** Standard and URL-safe base64 are accepted, one of them per envelope (DSSE 1.0, protocol). Decoding is strict. */
function decoderFor(all: string): (text: string) => Buffer | undefined {
  const encoding = /[-_]/.test(all) ? 'base64url' : 'base64';
  return (text) => {
    const bytes = Buffer.from(text, encoding);
    const bare = (one: string): string => one.replace(/=+$/, '');
    const isWhole = encoding === 'base64url' || text.length % 4 === 0;
    return isWhole && bare(bytes.toString(encoding)) === bare(text) ? bytes : undefined;
  };
}
