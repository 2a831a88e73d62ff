// Keys and signatures: the test vector of DSSE, openssl as the manual shows it, and keys that are refused.
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, cpSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { preAuthEncoding } from '../../../src-engine/provenance/dsse';
import { AttestedProject } from '../../support/attested-project';
import { fencesOf } from '../../support/markdown';
import { envelopeSchema } from '../../support/provenance-schema';
import { lacksTool } from '../../support/run-tool';
import { execFileSync } from 'node:child_process';

const why = lacksTool('openssl');

it('encodes what is signed as the protocol of DSSE has it, with lengths in bytes', () => {
  // The test vector of the protocol
  expect(preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world')).toString()).toBe(
    'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  );
  expect(preAuthEncoding('ä', Buffer.from('ö€')).toString()).toBe('DSSEv1 2 ä 5 ö€');
  expect(preAuthEncoding('', Buffer.alloc(0)).toString()).toBe('DSSEv1 0  0 ');
});

it.skipIf(why !== undefined)(
  `The signature verifies with openssl, as the manual shows${why ? ` (${why})` : ''}.`,
  async () => {
    const project = new AttestedProject();
    const folder = await project.published();
    cpSync(project.key.replace('.pem', '.pub.pem'), join(folder, 'signing-key.pub.pem'));
    const commands = fencesOf('docs/provenance.md').find(({ text }) => text.includes('openssl pkeyutl'))?.text ?? '';
    const openssl = (): string =>
      execFileSync('sh', ['-ec', commands], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    expect(openssl()).toContain('Signature Verified Successfully');
    const { payload } = envelopeSchema.parse(JSON.parse(readFileSync(join(folder, 'sample.iso.intoto.jsonl'), 'utf8')));
    expect(readFileSync(join(folder, 'statement'), 'utf8')).toBe(Buffer.from(payload, 'base64').toString('utf8'));
    expect(readFileSync(join(folder, 'statement'))).toEqual(readFileSync(join(folder, 'sample.iso.statement.json')));
    const envelope = readFileSync(join(folder, 'sample.iso.intoto.jsonl'), 'utf8');
    writeFileSync(join(folder, 'sample.iso.intoto.jsonl'), envelope.replace(/("payload":".{9})./, '$1A'));
    expect(openssl).toThrow('Command failed');
  },
);

it('needs only the statement and the key, and signs equal statements equally', async () => {
  const project = new AttestedProject();
  const folder = await project.published();
  const alone = join(project.folder, 'alone.statement.json');
  cpSync(join(folder, 'sample.iso.statement.json'), alone);
  await project.ok('sign', '--key', project.key, alone);
  const [one, other] = [join(folder, 'sample.iso'), join(project.folder, 'alone')].map((path) =>
    readFileSync(`${path}.intoto.jsonl`, 'utf8'),
  );
  expect(one).toBe(other);
});

it('makes a private key that no other account can read, and never replaces one', async () => {
  const project = new AttestedProject();
  const { stdout } = await project.ok('keygen', '--json');
  const { key, publicKey } = JSON.parse(stdout) as { key: string; publicKey: string };
  expect(key).toBe(join(project.folder, 'config/slipway/signing-key.pem'));
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect(readFileSync(publicKey, 'utf8')).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  const before = readFileSync(key);
  const again = await project.run('keygen');
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('exists already')]);
  expect(readFileSync(key).equals(before)).toBe(true);
});

it('refuses a key that others can read, that is of another type or absent, and what is not a statement', async () => {
  const project = new AttestedProject();
  const folder = await project.published();
  const statement = join(folder, 'sample.iso.statement.json');
  const fails = async (text: string, ...args: string[]): Promise<void> => {
    const { code, stderr } = await project.run('sign', ...args);
    expect([code === 0, stderr]).toEqual([false, expect.stringContaining(text)]);
  };
  const other = join(project.folder, 'other.pem');
  await fails('There is no key', '--key', other, statement);
  writeFileSync(other, generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  });
  await fails('not Ed25519', '--key', other, statement);
  writeFileSync(other, 'no key');
  await fails('is not a key', '--key', other, statement);
  await fails('is not a statement', '--key', project.key, join(folder, 'manifest.xml'));
  await fails('There is no', '--key', project.key, join(folder, 'absent.statement.json'));
  writeFileSync(join(folder, 'empty.statement.json'), '{}');
  await fails('is not an in-toto Statement', '--key', project.key, join(folder, 'empty.statement.json'));
  expect(existsSync(join(folder, 'empty.intoto.jsonl'))).toBe(false);
  chmodSync(project.key, 0o644);
  await fails('Other accounts can read', '--key', project.key, statement);
});
