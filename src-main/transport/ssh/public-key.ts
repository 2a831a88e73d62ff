import { createPrivateKey } from 'node:crypto';
import { utils, type ParsedKey } from 'ssh2';
import { readFile, stat } from '../../system/files';

/** The begin of a private key in the form of PKCS#8 (RFC 5958). */
const PKCS8 = /^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/m;
const MAX_KEY_BYTES = 1024 * 1024;
/** The begin of a private key file of OpenSSH: PROTOCOL.key. */
const MAGIC = 'openssh-key-v1\0';

/**
 * The public key of a key file, in base64: of its `.pub`, or of the private file itself, which needs no passphrase where OpenSSH has
 * written it. `undefined` for a file without one.
 */
export async function publicKeyOf(file: string): Promise<string | undefined> {
  const isPublic = file.endsWith('.pub');
  const [, key] = (await textOf(isPublic ? file : `${file}.pub`))?.trim().split(/\s+/) ?? [];
  if (key !== undefined || isPublic) return key;
  const text = await textOf(file);
  if (text === undefined) return undefined;
  const plain = parsePrivateKey(text);
  return plain instanceof Error ? outsideOf(text) : plain.getPublicSSH().toString('base64');
}

/** Parses a public key in base64; `undefined` for one that cannot be used. */
export function parsePublicKey(base64: string | undefined): ParsedKey | undefined {
  if (base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  const type = bytes.length < 4 ? '' : bytes.toString('latin1', 4, 4 + bytes.readUInt32BE());
  const key = utils.parseKey(`${type} ${base64}`) as ParsedKey | Error;
  return key instanceof Error ? undefined : key;
}

/** A key that is read and cannot be used. Another passphrase does not help. */
export class UnsupportedKey extends Error {}

/** Parses a private key. Files of OpenSSH may have several, of which the first counts. */
export function parsePrivateKey(text: string | Buffer, passphrase?: string): ParsedKey | Error {
  const kind = PKCS8.exec(text.toString());
  if (kind?.[1] !== undefined && passphrase === undefined) return new Error('Encrypted private key');
  const plain = kind ? withoutPkcs8(text, passphrase) : text;
  if (plain instanceof Error) return plain;
  const parsed = utils.parseKey(plain, passphrase) as ParsedKey | ParsedKey[] | Error;
  return Array.isArray(parsed) ? (parsed[0] ?? new Error('it has no key')) : parsed;
}

/** The key of a PKCS#8 file, as OpenSSL and clouds write it, in a form that ssh2 reads. */
function withoutPkcs8(text: string | Buffer, passphrase: string | undefined): string | Error {
  try {
    const key = createPrivateKey({ key: text, format: 'pem', ...(passphrase !== undefined && { passphrase }) });
    switch (key.asymmetricKeyType) {
      case 'rsa':
        return key.export({ type: 'pkcs1', format: 'pem' }).toString();
      case 'ec':
        return key.export({ type: 'sec1', format: 'pem' }).toString();
      default:
        return new UnsupportedKey(`Unsupported key format: PKCS#8 of ${key.asymmetricKeyType ?? 'another type'}`);
    }
  } catch (error) {
    return error as Error;
  }
}

/** The public part of an encrypted file: after the names of cipher and key derivation, and the options of the latter. */
function outsideOf(text: string): string | undefined {
  const bytes = Buffer.from(/BEGIN OPENSSH PRIVATE KEY-+([^-]+)-/.exec(text)?.[1] ?? '', 'base64');
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  let at = MAGIC.length;
  for (let skipped = 0; skipped < 3 && at + 4 <= bytes.length; skipped++) at += 4 + bytes.readUInt32BE(at);
  at += 4; // the number of keys, which is always 1
  if (at + 4 > bytes.length) return undefined;
  return bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at)).toString('base64');
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    const found = await stat(file);
    return found.isFile() && found.size <= MAX_KEY_BYTES ? await readFile(file, 'utf8') : undefined;
  } catch {
    return undefined; // the login reports a key that cannot be read
  }
}
