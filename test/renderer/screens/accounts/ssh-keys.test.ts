import { expect, it } from 'vitest';
import { fingerprintOf, sshKeysIn, withoutKey } from '../../../../src-renderer/screens/accounts/ssh-keys';

/** A key and its fingerprint as `ssh-keygen -l` of OpenSSH 9.2 prints it. */
const BODY = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
const FINGERPRINT = 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU';
const TEXT = `# of Anna
ssh-ed25519 ${BODY} anna@workshop

from="10.0.0.*",no-pty sk-ssh-ed25519@openssh.com AAAAGnNr depot 2025
ecdsa-sha2-nistp256 AAAAE2Vj
not a key`;

it('Keys are read with type and comment, comments and empty lines passed over.', () => {
  expect(sshKeysIn(TEXT).map(({ type, comment, at }) => [at, type, comment])).toEqual([
    [1, 'ED25519', 'anna@workshop'],
    [3, 'ED25519-SK', 'depot 2025'],
    [4, 'ECDSA', ''],
    [5, '', ''],
  ]);
});

it('A key is removed and the other lines stay.', () => {
  const [first] = sshKeysIn(TEXT);
  expect(first && withoutKey(TEXT, first)).toBe(TEXT.replace(/ssh-ed25519.*workshop\n/, ''));
});

it('The fingerprint is that of ssh-keygen; a text that is no key has none.', async () => {
  expect(await fingerprintOf({ body: BODY })).toBe(FINGERPRINT);
  expect(await fingerprintOf({ body: '' })).toBeUndefined();
  expect(await fingerprintOf({ body: 'AAAA=B' })).toBeUndefined();
});
