import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { encrypt } from 'unixcrypt';
import { AppError } from '../../src-shared/errors';
import type { HashScheme } from '../../src-shared/rpc/accounts';

/** Characters of a salt (crypt(5)). 64 of them, so that a byte has no bias. */
const SALT = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The longest salt that SHA-512 uses. */
const SHA512_SALT = 16;
/** Of yescrypt: a multiple of four has no bits that are left over. */
const YESCRYPT_SALT = 24;
/** The cost that Debian uses. */
const YESCRYPT = '$y$j9T$';
/** Reads the password from standard input, where other programs cannot see it. */
const PERL = 'binmode STDIN; local $/; my $text = <STDIN>; print crypt($text, $ARGV[0]) // ""';
const TIMEOUT_MS = 20_000;

/**
 * Returns the crypt hash of a password, with a random salt. Every image can check SHA-512. No library of npm makes yescrypt, so that crypt(3)
 * of this computer does, by perl. Throws `AppError('unsupported')` where it cannot.
 */
export async function hashPassword(password: string, scheme: HashScheme = 'sha512'): Promise<string> {
  if (scheme === 'sha512') return encrypt(password, `$6$${salt(SHA512_SALT)}`);
  const setting = `${YESCRYPT}${salt(YESCRYPT_SALT)}`;
  const hash = await cryptOfSystem(password, setting);
  if (hash.startsWith(`${setting}$`)) return hash;
  throw new AppError('unsupported', 'This computer cannot make yescrypt hashes.', 'Store the password as SHA-512.');
}

const salt = (characters: number): string =>
  [...randomBytes(characters)].map((byte) => SALT.charAt(byte % SALT.length)).join('');

/** The result of crypt(3); empty where perl is missing. */
function cryptOfSystem(password: string, setting: string): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn('perl', ['-e', PERL, setting], { stdio: ['pipe', 'pipe', 'ignore'], timeout: TIMEOUT_MS });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    // A program that does not start or ends early reads nothing.
    child.stdin.on('error', () => undefined).end(password);
    child.on('error', () => resolve(''));
    child.on('close', () => resolve(output));
  });
}
