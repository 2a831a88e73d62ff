import { describe, expect, it } from 'vitest';
import { configText, hostArguments, type SystemSsh } from '../../../src-main/transport/ssh/system-ssh';
import { explainSsh } from '../../../src-main/transport/ssh/system/failures';
import { readPrompt } from '../../../src-main/transport/ssh/system/prompts';

const SSH: SystemSsh = { address: 'box', keys: [], agent: true, password: true, configs: [], needs: [] };

describe('a question of ssh', () => {
  it.each([
    [
      `The authenticity of host '[box]:2222 ([192.0.2.1]:2222)' can't be established.\nED25519 key fingerprint is SHA256:abc+/x.\nThis key is not known by any other names.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? `,
      { kind: 'host-key', host: 'box', port: 2222, type: 'ssh-ed25519', fingerprint: 'SHA256:abc+/x' },
    ],
    [
      `The authenticity of host 'box (192.0.2.1)' can't be established.\nRSA key fingerprint is SHA256:abc\nAre you sure you want to continue connecting (yes/no)? `,
      { kind: 'host-key', host: 'box', port: 22, type: 'ssh-rsa', fingerprint: 'SHA256:abc' },
    ],
    [`Enter passphrase for key '/a b/it's': `, { kind: 'passphrase', file: "/a b/it's" }],
    [`anna@box.lab's password: `, { kind: 'password', user: 'anna', host: 'box.lab' }],
    ['(anna@box) Verification code: ', { kind: 'other', user: 'anna', host: 'box', text: 'Verification code: ' }],
    ['Enter PIN for ED25519-SK key /k: ', { kind: 'other', text: 'Enter PIN for ED25519-SK key /k: ' }],
  ])('is recognised: %j', (text, prompt) => {
    expect(readPrompt(text)).toEqual(prompt);
  });
});

describe('the configuration of one connection', () => {
  it('has its own settings before the files of the user, with paths as they are', () => {
    const text = configText({
      ssh: { ...SSH, configs: ['/home/a b/.ssh/config'], agent: false, password: false },
      knownHosts: ['/state/100%/known_hosts', '/home/a b/.ssh/known_hosts'],
      keepAlive: 15,
    });
    const lines = text.trim().split('\n');
    expect(lines).toContain('UserKnownHostsFile "/state/100%%/known_hosts" "/home/a b/.ssh/known_hosts"');
    expect(lines).toEqual(expect.arrayContaining(['IdentityAgent none', 'PasswordAuthentication no']));
    expect(lines.at(-1)).toBe('Include "/home/a b/.ssh/config"');
  });

  it('refuses a path that could become another setting', () => {
    const one = { ssh: SSH, knownHosts: ['/a"\nProxyCommand x'], keepAlive: 15 };
    expect(() => configText(one)).toThrow('cannot be named');
  });

  it('names the host after the end of the options', () => {
    expect(hostArguments({ ...SSH, user: 'u', port: 2, jump: 'a,b', keys: ['/k'] })).toEqual([
      '-l',
      'u',
      '-p',
      '2',
      '-J',
      'a,b',
      '-i',
      '/k',
      '--',
      'box',
    ]);
  });
});

describe('a failure of ssh', () => {
  const explain = (...lines: string[]) => explainSsh({ name: 'box', user: 'anna', lines });

  it('names what was tried and what the host takes', async () => {
    const error = await explain(
      'debug1: Offering public key: /home/me/.ssh/id ED25519 SHA256:x agent',
      'debug1: Next authentication method: password',
      'anna@box: Permission denied (publickey,password).',
    );
    expect(error).toMatchObject({
      code: 'refused',
      message:
        'box refused the login of anna. Tried: the key /home/me/.ssh/id, password. It accepts: publickey, password.',
    });
  });

  it('names the setting for the algorithms that an old host has', async () => {
    const line = 'Unable to negotiate with 192.0.2.1 port 22: no matching host key type found. Their offer: ssh-rsa';
    expect(await explain(line)).toMatchObject({
      code: 'refused',
      message: 'box and Slipway have no host key type in common; the host has ssh-rsa.',
      hint: expect.stringContaining('HostKeyAlgorithms +ssh-rsa') as string,
    });
  });

  it('has what the proxy command printed, and counts as not reached', async () => {
    expect(await explain('debug1: x', 'nc: no route', 'Connection closed by UNKNOWN port 65535')).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('nc: no route; Connection closed') as string,
    });
  });

  it('of the configuration is not tried again', async () => {
    expect(
      await explain('/c: line 3: Bad configuration option: prot', '/c: terminating, 1 bad configuration options'),
    ).toMatchObject({ code: 'refused', message: expect.stringContaining('line 3') as string });
  });
});
