import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { hashPassword } from '../../../src-main/documents/password-hash';

it('A password is hashed as crypt(3) of the system does it, with another salt each time.', () => {
  const [first, second] = [hashPassword('Größe "9" $x'), hashPassword('Größe "9" $x')];
  expect(first).toMatch(/^\$6\$[./0-9A-Za-z]{16}\$[./0-9A-Za-z]{86}$/);
  expect(first).not.toBe(second);
  const { stdout } = spawnSync('perl', ['-e', 'print crypt($ARGV[0], $ARGV[1])', 'Größe "9" $x', first], {
    encoding: 'utf8',
  });
  expect(stdout).toBe(first);
});
