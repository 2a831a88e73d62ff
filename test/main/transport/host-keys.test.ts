import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHostKeyJudge, fingerprint, judgeHostKey } from '../../../src-main/transport/ssh/host-keys';
import { addKnownHost, namesMatch, parseKnownHosts } from '../../../src-main/transport/ssh/known-hosts';
import { fullFileSystem, lacksMounts } from '../../support/full-file-system';
import { hasTool } from '../../support/run-tool';

/** A key blob with the right beginning (RFC 4253, 6.6); the rest is ignored. */
function key(type: string, body: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type + body)]);
}
const ours = key('ssh-ed25519', 'ours');
const other = key('ssh-ed25519', 'other');
const line = (names: string, blob = ours, type = 'ssh-ed25519'): string =>
  `${names} ${type} ${blob.toString('base64')}`;
const verdict = (text: string, host = 'box', port = 22, shown = ours): string =>
  judgeHostKey(parseKnownHosts(text, 'f').entries, host, port, shown).kind;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'slipway-keys-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the names of a line', () => {
  it.each([
    ['box', 'box', true],
    ['BOX', 'box', true],
    ['box', 'box2', false],
    ['a,box,b', 'box', true],
    ['*.example.com', 'build.example.com', true],
    ['*.example.com', 'example.com', false],
    ['b?x', 'box', true],
    ['*.example.com,!bad.example.com', 'bad.example.com', false],
    ['!bad.example.com,*.example.com', 'good.example.com', true],
    ['!bad.example.com', 'good.example.com', false],
    ['[box]:2222', '[box]:2222', true],
    ['[box]:2222', 'box', false],
    ['box', '[box]:2222', false],
    ['[*.example.com]:2222', '[a.example.com]:2222', true],
    ['10.0.0.*', '10.0.0.7', true],
    ['|1|bad', 'box', false],
    ['|2|c2FsdA==|aGFzaA==', 'box', false],
    [`${'*a'.repeat(200)}b`, 'a'.repeat(5000), false],
  ])('have the pattern %s for %s: %s', (names, name, expected) => {
    expect(namesMatch(names, name)).toBe(expected);
  });

  it.skipIf(!hasTool('ssh-keygen'))('are found where ssh-keygen has hashed them, with and without a port', () => {
    const file = join(folder, 'known_hosts');
    writeFileSync(file, `${line('box')}\n${line('[box]:2222', other)}\n`);
    execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain('box');
    expect([
      verdict(text),
      verdict(text, 'box', 2222, other),
      verdict(text, 'box2'),
      verdict(text, 'box', 22, other),
    ]).toEqual(['known', 'known', 'unknown', 'changed']);
  });
});

describe('the result for a host key', () => {
  it.each([
    ['', 'unknown'],
    [`# box\n\n  ${line('box')}  a comment\r\n`, 'known'],
    [line('box', other), 'changed'],
    [`${line('box', other)}\n${line('box')}`, 'known'],
    [line('box', key('ssh-rsa', 'x'), 'ssh-rsa'), 'changed'],
    [`${line('box')}\n@revoked ${line('*')}`, 'revoked'],
    [`@revoked ${line('*', other)}`, 'unknown'],
    [`@cert-authority ${line('*')}`, 'unknown'],
    ['box ssh-ed25519 not-a-key', 'unknown'],
  ])('is for %j: %s', (text, kind) => {
    expect(verdict(text)).toBe(kind);
  });

  it.each([
    [line('box'), 'known'],
    [line('box', other), 'unknown'],
    [`${line('box')}\n${line('[box]:2222', other)}`, 'changed'],
    [`@revoked ${line('box')}`, 'revoked'],
  ])('is for %j at port 2222: %s', (text, kind) => {
    expect(verdict(text, 'box', 2222)).toBe(kind);
  });

  it('has a message about each line that is not used', () => {
    const { ignored } = parseKnownHosts(`@cert-authority ${line('*')}\n@new ${line('*')}\nbox\n${line('box')}`, 'file');
    expect(ignored).toEqual([
      'file, line 2: the mark @new is not known.',
      'file, line 3: it is not a host name with a public key.',
    ]);
  });

  it.skipIf(!hasTool('ssh-keygen'))('has fingerprints as ssh-keygen prints them', () => {
    const file = join(folder, 'id');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    const shown = execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' });
    expect(shown.split(' ')[1]).toBe(fingerprint(readFileSync(`${file}.pub`, 'utf8').split(' ')[1] ?? ''));
  });
});

describe('the check of a host key', () => {
  it('keeps an accepted key in our file, privately, and leaves the other one alone', async () => {
    const users = join(folder, 'users');
    const own = join(folder, 'new', 'own');
    writeFileSync(users, line('elsewhere'));
    const asked: unknown[] = [];
    const policy = {
      read: [users, join(folder, 'none')],
      own,
      accept: async (question: unknown) => asked.push(question) > 0,
    };
    const judge = await createHostKeyJudge(policy, 'Box', 2222);
    expect(await judge.judge(ours)).toBe(undefined);
    expect(await judge.judge(ours)).toBe(undefined);
    expect(asked).toEqual([{ host: 'Box', port: 2222, type: 'ssh-ed25519', fingerprint: fingerprint(ours) }]);
    expect(readFileSync(own, 'utf8')).toBe(`${line('[box]:2222')}\n`);
    expect(statSync(own).mode & 0o777).toBe(0o600);
    expect(readFileSync(users, 'utf8')).toBe(line('elsewhere'));
    expect((await createHostKeyJudge(policy, 'box', 2222)).preferred).toEqual(['ssh-ed25519']);
  });

  it('refuses another key in the same connection, also a known one, and asks nothing', async () => {
    const own = join(folder, 'own');
    const asked: unknown[] = [];
    const policy = { read: [], own, accept: async (question: unknown) => asked.push(question) > 0 };
    const judge = await createHostKeyJudge(policy, 'box', 22);
    expect(await judge.judge(ours)).toBe(undefined);
    expect(await judge.judge(other)).toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/has changed during/),
    });
    writeFileSync(own, `${line('box')}\n${line('box', other)}\n`);
    const both = await createHostKeyJudge(policy, 'box', 22);
    expect(await both.judge(ours)).toBe(undefined);
    expect(await both.judge(other)).toMatchObject({ code: 'refused' });
    expect(asked).toHaveLength(1);
  });

  it('refuses a changed key with the lines that have the old one', async () => {
    const users = join(folder, 'users');
    const own = join(folder, 'own');
    writeFileSync(users, `# mine\n${line('elsewhere')}\n${line('box', other)}\n`);
    const policy = {
      read: [users],
      own,
      accept: () => Promise.reject(new Error('the user should not have been asked')),
    };
    const hint = async (): Promise<string | undefined> =>
      (await (await createHostKeyJudge(policy, 'box', 22)).judge(ours))?.hint;
    expect(await hint()).toContain(`then delete line 3 of ${users}.`);
    writeFileSync(own, `${line('box', other)}\n\n${line('box', key('ssh-rsa', 'x'), 'ssh-rsa')}\n`);
    expect(await hint()).toContain(`then delete line 3 of ${users} and lines 1, 3 of ${own}.`);
  });

  it('adds a key after a last line without a newline', async () => {
    const own = join(folder, 'own');
    writeFileSync(own, line('a'));
    await addKnownHost(own, 'b', other);
    expect(readFileSync(own, 'utf8')).toBe(`${line('a')}\n${line('b', other)}\n`);
  });

  it('refuses a file that it cannot read, rather than take each key for a new one', async () => {
    const policy = { read: [folder], own: join(folder, 'own'), accept: async () => true };
    await expect(createHostKeyJudge(policy, 'box', 22)).rejects.toMatchObject({ code: 'refused' });
  });
});

it.skipIf(lacksMounts !== undefined)(
  'An accepted key that cannot be kept is refused with the reason (skipped without root).',
  async () => {
    const own = join(fullFileSystem(), 'state/known_hosts');
    const judge = await createHostKeyJudge({ read: [], own, accept: async () => true }, 'box', 22);
    await expect(judge.judge(ours)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(`The accepted host key of box cannot be kept in ${own}: `),
      hint: 'Free some space on this computer, then connect again.',
    });
  },
);
