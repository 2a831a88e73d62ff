import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { hashPassword } from '../../../src-main/documents/password-hash';

const PASSWORD = 'Größe "9" $x';
/** crypt(3) of the system. */
const crypt = (password: string, setting: string): string =>
  spawnSync('perl', ['-e', 'print crypt($ARGV[0], $ARGV[1])', password, setting], { encoding: 'utf8' }).stdout;
const hasYescrypt = crypt('x', '$y$j9T$abcd').startsWith('$y$j9T$abcd$');

it('A password is hashed as crypt(3) of the system does it, with another salt each time.', async () => {
  const [first, second] = [await hashPassword(PASSWORD), await hashPassword(PASSWORD)];
  expect(first).toMatch(/^\$6\$[./0-9A-Za-z]{16}\$[./0-9A-Za-z]{86}$/);
  expect(first).not.toBe(second);
  expect(crypt(PASSWORD, first)).toBe(first);
});

it.skipIf(!hasYescrypt)('crypt(3) accepts a yescrypt hash (skipped where it has no yescrypt).', async () => {
  const [first, second] = [await hashPassword(PASSWORD, 'yescrypt'), await hashPassword(PASSWORD, 'yescrypt')];
  expect(first).toMatch(/^\$y\$j9T\$[./0-9A-Za-z]{24}\$[./0-9A-Za-z]{43}$/);
  expect(first).not.toBe(second);
  expect(crypt(PASSWORD, first)).toBe(first);
  expect(crypt('another', first)).not.toBe(first);
});

it('A computer without perl refuses yescrypt, with a message.', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  try {
    await expect(hashPassword(PASSWORD, 'yescrypt')).rejects.toThrow('This computer cannot make yescrypt hashes.');
  } finally {
    process.env['PATH'] = path;
  }
});
