import { describe, expect, it } from 'vitest';
import { acceptsKey, algorithmsFor, lacking, noCommonAlgorithm } from '../../../src-main/transport/ssh/algorithms';

const kexOf = (kex?: string): string[] => algorithmsFor(kex === undefined ? {} : { kex }, []).kex as string[];
const hostKeysOf = (hostKey: string | undefined, known: string[] = []): string[] =>
  algorithmsFor(hostKey === undefined ? {} : { hostKey }, known).serverHostKey as string[];

describe('the algorithms of an SSH configuration', () => {
  it('are those of the client where nothing is set', () => {
    expect(kexOf()).toContain('curve25519-sha256');
    expect(kexOf()).not.toContain('diffie-hellman-group14-sha1');
  });

  it('are appended after a +, put first after a ^, and removed after a -', () => {
    const standard = kexOf();
    expect(kexOf('+diffie-hellman-group14-sha1')).toEqual([...standard, 'diffie-hellman-group14-sha1']);
    expect(kexOf('^diffie-hellman-group14-sha1')).toEqual(['diffie-hellman-group14-sha1', ...standard]);
    expect(kexOf('-ecdh-*,curve*')).toEqual(standard.filter((name) => !/^(ecdh|curve)/.test(name)));
  });

  it('are the list itself without a sign, without names that the client lacks', () => {
    expect(kexOf('sntrup761x25519-sha512@openssh.com,ecdh-sha2-nistp256,curve25519-sha256')).toEqual([
      'ecdh-sha2-nistp256',
      'curve25519-sha256',
    ]);
  });

  it('need another client where this one has none of a list', () => {
    expect(lacking({ kex: 'sntrup761x25519-sha512@openssh.com', cipher: 'aes128-cbc' })).toEqual(['kex']);
    expect(lacking({})).toEqual([]);
  });

  it('allow SHA-1 signatures of host keys only where they are named', () => {
    expect(hostKeysOf(undefined)).not.toContain('ssh-rsa');
    expect(hostKeysOf(undefined, ['rsa-sha2-512', 'rsa-sha2-256'])).not.toContain('ssh-rsa');
    expect(hostKeysOf('+ssh-rsa')).toContain('ssh-rsa');
  });

  it('begin with those of the known keys', () => {
    expect(hostKeysOf(undefined, ['rsa-sha2-256']).slice(0, 2)).toEqual(['rsa-sha2-256', 'ssh-ed25519']);
  });

  it('decide which keys log in', () => {
    expect(acceptsKey({ publicKey: 'ssh-ed25519,ecdsa-*' }, 'ssh-rsa')).toBe(false);
    expect(acceptsKey({ publicKey: 'rsa-sha2-256' }, 'ssh-rsa')).toBe(true);
    expect(acceptsKey({ publicKey: '-ssh-ed25519' }, 'ssh-ed25519')).toBe(false);
    expect(acceptsKey({}, 'ssh-ed25519')).toBe(true);
  });
});

it.each([
  ['key exchange algorithm', 'KexAlgorithms +diffie-hellman-group14-sha1'],
  ['host key format', 'HostKeyAlgorithms +ssh-rsa'],
  ['C->S cipher', 'Ciphers +aes128-cbc'],
  ['S->C MAC', 'MACs +hmac-sha1'],
])('A host without a common %s is refused with the setting that allows it.', (what, setting) => {
  expect(noCommonAlgorithm('box', what)).toMatchObject({
    code: 'refused',
    hint: expect.stringContaining(setting) as string,
  });
});
