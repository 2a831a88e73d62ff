// The connect options of a host of the book, from files alone; nothing is connected.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connectOptions, type ConnectTools } from '../../../src-main/host-book/connect-options';
import { Secrets, type Keychain } from '../../../src-main/host-book/secrets';
import { Questions } from '../../../src-main/host-book/questions';
import type { HostEntry } from '../../../src-shared/hosts/model';
import { entryOf } from '../../support/ssh-host';

let state: string;
let tools: ConnectTools;
/** The questions that the user got, and the answer to each. */
let asked: string[];
let remember: boolean;
/** The question of a host that accepts the password only through questions. */
const PASSWORD = { text: 'Password: ', secret: true };
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'slipway-way-'));
  const questions = new Questions();
  const config = { file: join(state, 'config'), hasSsh: false };
  tools = { questions, secrets: new Secrets(state, undefined), state, config };
  asked = [];
  remember = false;
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  void (async () => {
    for await (const [first] of questions.watch(ending.signal)) {
      if (!first) continue;
      const { question } = first;
      asked.push(question.kind === 'passphrase' ? question.file : question.kind);
      questions.answer(first.id, { answers: [`secret ${asked.length}`], remember });
    }
  })();
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

const optionsOf = (config: string, entry: Partial<HostEntry>) => {
  writeFileSync(join(state, 'config'), `User u\n${config}\n`);
  return connectOptions(entryOf('host', entry), tools);
};
async function wayOf(config: string, entry: Partial<HostEntry>): Promise<string[]> {
  const { jumps = [], target } = await optionsOf(config, entry);
  return [...jumps, target].map(({ host, port, login }) => `${login.user}@${host}:${port}`);
}

describe('the way to a host', () => {
  it('goes through the jump hosts of the book before those of the configuration, each by its own entry', async () => {
    const config = 'Host x\n ProxyJump no\nHost a\n ProxyJump before\n Port 1\nHost b\n HostName b.lab\n ProxyJump no';
    expect(await wayOf(config, { address: 'x', jump: 'a,me@b:3' })).toEqual([
      'u@before:22',
      'u@a:1',
      'me@b.lab:3',
      'u@x:22',
    ]);
  });

  it('has no jump host when the host book has none', async () => {
    expect(await wayOf('ProxyJump a', { address: 'x', jump: 'none' })).toEqual(['u@x:22']);
  });

  it('needs no ProxyCommand where the book gives a jump host', async () => {
    const config = 'Host x\n ProxyCommand nc %h';
    await expect(wayOf(config, { address: 'x' })).rejects.toMatchObject({ code: 'refused' });
    await expect(wayOf(config, { address: 'x', jump: 'none' })).rejects.toMatchObject({ code: 'refused' });
    expect(await wayOf(config, { address: 'x', jump: 'a' })).toEqual(['u@a:22', 'u@x:22']);
  });

  it('may have one name twice, for two machines by their ports', async () => {
    expect(await wayOf('', { address: 'gate', port: 2201, jump: 'gate:2200' })).toEqual(['u@gate:2200', 'u@gate:2201']);
  });

  it.each([
    ['itself', 'Host x\n ProxyJump x'],
    ['itself by another name', 'Host x\n HostName y\n ProxyJump y'],
    ['a host that goes through it', 'Host x\n ProxyJump a\nHost a\n ProxyJump x'],
    ['a host that is reached through all hosts', 'ProxyJump a'],
  ])('is refused when it goes through %s', async (_, config) => {
    await expect(wayOf(config, { address: 'x' })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('The way to x goes through') as string,
    });
  });
});

describe('a login', () => {
  it('leaves the agent alone where only named keys may be used', async () => {
    const agent = `IdentityAgent ${state}/agent`;
    expect((await optionsOf(agent, { agent: true })).target.login.agent).toBe(`${state}/agent`);
    expect((await optionsOf(agent, { agent: false })).target.login.agent).toBeUndefined();
    expect((await optionsOf(`${agent}\nIdentitiesOnly yes`, { agent: true })).target.login).toMatchObject({
      identitiesOnly: true,
    });
  });

  it('finds key files of the host book in the home folder also without HOME', async () => {
    vi.stubEnv('HOME', undefined);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { keys } = (await optionsOf('IdentityFile none', { keys: ['~/.ssh/own', '/k/~/id'] })).target.login;
    expect(keys).toEqual([join(homedir(), '.ssh/own'), '/k/~/id']);
  });

  it('works when the keychain does not keep the accepted secret, which is then kept for this run', async () => {
    const refusing: Keychain = {
      isEncryptionAvailable: () => true,
      encryptString: () => {
        throw new Error('the keychain is locked');
      },
      decryptString: () => '',
    };
    tools = { ...tools, secrets: new Secrets(state, refusing) };
    remember = true;
    const first = await optionsOf('', { password: true });
    await first.target.login.askPassword?.(1);
    await first.authenticated();
    expect(await (await optionsOf('', { password: true })).target.login.askPassword?.(1)).toBe('secret 1');
    expect(asked).toEqual(['password']);
  });

  it.each(['Password: ', 'password', 'Password for u@host:'])(
    'recognises the password in the question %j',
    async (text) => {
      const { login } = (await optionsOf('', { password: true })).target;
      const question = { title: '', instructions: '', prompts: [{ text, secret: true }] };
      expect(await login.answer?.(question)).toEqual(['secret 1']);
      expect(asked).toEqual(['password']);
    },
  );

  it.each([
    ['a code', { prompts: [{ text: 'Verification code: ', secret: true }] }],
    ['a password that holds once', { prompts: [{ text: 'One-time password: ', secret: true }] }],
    ['a password and a code in one', { prompts: [{ text: 'Password + code: ', secret: true }] }],
    ['a new password', { prompts: [{ text: 'New password: ', secret: true }] }],
    ['what is shown while it is typed', { prompts: [{ text: 'Password: ', secret: false }] }],
    ['a password, with something to read', { instructions: 'It ends today.', prompts: [PASSWORD] }],
    ['two things', { prompts: [PASSWORD, PASSWORD] }],
  ])('shows the user the question of a host that wants %s, each time', async (_, more) => {
    for (const times of [1, 2]) {
      const options = await optionsOf('', { password: true });
      await options.target.login.answer?.({ title: '', instructions: '', ...more });
      await options.authenticated();
      expect(asked).toEqual(Array<string>(times).fill('questions'));
    }
  });

  it('forgets a passphrase that was wrong, and not that of a key whose name begins the same', async () => {
    const { login } = (await optionsOf('', { keys: ['/k/id', '/k/id_rsa'] })).target;
    await login.askPassphrase?.('/k/id', 1);
    await login.askPassphrase?.('/k/id_rsa', 1);
    expect(await login.askPassphrase?.('/k/id', 2)).toBe('secret 3');
    expect(await login.askPassphrase?.('/k/id_rsa', 1)).toBe('secret 2');
    expect(asked).toEqual(['/k/id', '/k/id_rsa', '/k/id']);
  });
});
