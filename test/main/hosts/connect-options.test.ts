// How a host of the book is reached, by the files alone: nothing is connected.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { connectOptions, type ConnectTools } from '../../../src-main/hosts/book/connect-options';
import { Secrets } from '../../../src-main/hosts/book/secrets';
import { Questions } from '../../../src-main/hosts/questions';
import type { HostEntry } from '../../../src-shared/hosts/model';
import { entryOf } from '../../support/ssh-host';

let state: string;
let tools: ConnectTools;
/** The questions that a person saw, and what the person says to each. */
let asked: string[];
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'slipway-way-'));
  const questions = new Questions();
  const config = { file: join(state, 'config'), hasSsh: false };
  tools = { questions, secrets: new Secrets(state, undefined), state, config };
  asked = [];
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  void (async () => {
    for await (const [first] of questions.watch(ending.signal)) {
      if (!first) continue;
      const { question } = first;
      asked.push(question.kind === 'passphrase' ? question.file : question.kind);
      questions.answer(first.id, { answers: [`secret ${asked.length}`], remember: false });
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

  it('has no jump host when the book says none', async () => {
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
      agentKeys: [],
    });
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
