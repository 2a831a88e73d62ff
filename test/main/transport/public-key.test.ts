import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePrivateKey, publicKeyOf } from '../../../src-main/transport/ssh/public-key';
import { lacksTool, runTool } from '../../support/run-tool';
import { tempFolder } from '../../support/temp-folder';

const reason = lacksTool('ssh-keygen');

describe.skipIf(reason !== undefined)(`a private key in the form of PKCS#8${reason ? ` (${reason})` : ''}`, () => {
  /** A new key file with its `.pub` elsewhere, and its public key. */
  function keyOf(type: string, passphrase: string): { file: string; publicKey: string | undefined } {
    const file = join(tempFolder(), 'key');
    runTool('ssh-keygen', '-q', '-t', type, '-m', 'PKCS8', '-N', passphrase, '-f', file);
    expect(readFileSync(file, 'utf8')).toMatch(/^-----BEGIN (ENCRYPTED )?PRIVATE KEY/);
    const [, publicKey] = readFileSync(`${file}.pub`, 'utf8').split(' ');
    runTool('mv', `${file}.pub`, `${file}.elsewhere`);
    return { file, publicKey };
  }

  it.each(['rsa', 'ecdsa'])('is read: %s', async (type) => {
    const { file, publicKey } = keyOf(type, '');
    expect(await publicKeyOf(file)).toBe(publicKey);
  });

  it.each(['rsa', 'ecdsa'])('is read with its passphrase only: %s', (type) => {
    const { file, publicKey } = keyOf(type, 'a passphrase');
    const text = readFileSync(file);
    expect(parsePrivateKey(text)).toMatchObject({ message: expect.stringMatching(/encrypted/i) as string });
    expect(parsePrivateKey(text, 'another')).toBeInstanceOf(Error);
    const key = parsePrivateKey(text, 'a passphrase');
    expect(key instanceof Error ? key : key.getPublicSSH().toString('base64')).toBe(publicKey);
  });
});
