import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError, reasonOf } from '../../src-shared/errors';
import { exists, makeFolders, readIfThereSync, writeSynced } from '../system/files';
import { PRIVATE_MODE } from '../system/modes';

/** Where the key is kept unless a file is named: in the configuration folder of the account. */
export function defaultKeyPath(): string {
  const folder = process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  return join(folder, 'slipway', 'signing-key.pem');
}

/** The file of the public key beside that of the private one: `key.pem` and `key.pub.pem`. */
export const publicPathOf = (path: string): string => `${path.replace(/\.pem$/, '')}.pub.pem`;

/** Makes an Ed25519 key. Throws `refused` when there is one already: what it signed could not be signed again. */
export function makeKey(path: string): KeyObject {
  const publicPath = publicPathOf(path);
  for (const one of [path, publicPath])
    if (exists(one)) throw new AppError('refused', `${one} exists already.`, 'Name another file.');
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  makeFolders(dirname(path));
  writeSynced(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), 'wx', PRIVATE_MODE);
  writeSynced(publicPath, publicKey.export({ type: 'spki', format: 'pem' }), 'wx');
  return publicKey;
}

/** Reads a private key for signing. Throws `refused` when other accounts can read it. */
export function readPrivateKey(path: string): KeyObject {
  const pem = pemIn(path, 'Make one with: distro_const keygen');
  if ((statSync(path).mode & 0o077) !== 0)
    throw new AppError(
      'refused',
      `Other accounts can read the private key ${path}.`,
      `Keep it private: chmod 600 ${path}`,
    );
  return keyFrom(path, () => createPrivateKey(pem));
}

/** Reads a public key for checks. Throws `refused` for a private key: it belongs to the signer alone. */
export function readPublicKey(path: string): KeyObject {
  const pem = pemIn(path, 'Name the file of the public key with --key.');
  if (pem.includes('PRIVATE KEY'))
    throw new AppError('refused', `${path} is a private key.`, `Name the public key: ${publicPathOf(path)}`);
  return keyFrom(path, () => createPublicKey(pem));
}

function pemIn(path: string, hint: string): string {
  const bytes = readIfThereSync(path);
  if (!bytes) throw new AppError('missing', `There is no key in ${path}.`, hint);
  return bytes.toString('utf8');
}

function keyFrom(path: string, make: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = make();
  } catch (error) {
    throw new AppError('refused', `${path} is not a key in PEM format without a passphrase: ${reasonOf(error)}.`);
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new AppError('refused', `${path} is a key of the type ${key.asymmetricKeyType ?? 'unknown'}, not Ed25519.`);
}
