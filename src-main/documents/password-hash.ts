import { randomBytes } from 'node:crypto';
import { encrypt } from 'unixcrypt';

/** Characters of a salt (crypt(5)). 64 of them, so that a byte has no bias. */
const SALT = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The longest salt that is used. */
const SALT_CHARACTERS = 16;

/** Returns the SHA-512 crypt hash of a password, with a random salt. Every image can check it. */
export function hashPassword(password: string): string {
  const salt = [...randomBytes(SALT_CHARACTERS)].map((byte) => SALT.charAt(byte % SALT.length)).join('');
  return encrypt(password, `$6$${salt}`);
}
