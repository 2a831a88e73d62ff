import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { aliasesOf, configOf } from '../../../src-main/hosts/book/ssh-config';
import { hasTool } from '../../support/run-tool';

const folder = mkdtempSync(join(tmpdir(), 'slipway-config-'));
const file = join(folder, 'config');
for (const key of ['one', 'two words', 'farm-7']) writeFileSync(join(folder, key), '');
mkdirSync(join(folder, 'more'));
writeFileSync(join(folder, 'more/10-lab'), 'Host lab\n  HostName lab.example.org\n  Port 2200\n');
writeFileSync(
  file,
  `Include ${folder}/more/*
Host build-1 build-one
  HostName 192.0.2.1
  User images
  Port 2222
  IdentityFile ${folder}/one
  IdentityFile "${folder}/two words"
  IdentityFile ${folder}/not-there
  IdentitiesOnly yes
  HostKeyAlias the-builder
Host farm-*
  HostName %h.example.org
  IdentityFile ${folder}/%n
  ProxyJump gate@jump.example.org:2022,inner
  UserKnownHostsFile ${folder}/hosts-a ${folder}/hosts-b
Host quiet
  IdentityAgent none
  ProxyJump none
  ProxyCommand nc %h %p
Host *
  User everybody
  ProxyJump last
  GlobalKnownHostsFile none
`,
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Both ways to read the files give the same. */
const ways = [
  { hasSsh: true, title: 'asked of ssh', lacks: hasTool('ssh') ? undefined : 'needs ssh' },
  { hasSsh: false, title: 'read here', lacks: undefined },
];

describe.each(ways)('the SSH configuration, $title', ({ hasSsh, lacks }) => {
  const place = { file, hasSsh };
  const test = it.skipIf(lacks !== undefined);

  test('gives a host all that is said of it, its keys where they exist', async () => {
    expect(await configOf({ address: 'build-one' }, place)).toMatchObject({
      hostName: '192.0.2.1',
      user: 'images',
      port: 2222,
      keys: [join(folder, 'one'), join(folder, 'two words')],
      identitiesOnly: true,
      hostKeyAlias: 'the-builder',
      jump: 'last',
    });
  });

  test('knows patterns and tokens, and the first value wins', async () => {
    expect(await configOf({ address: 'farm-7' }, place)).toMatchObject({
      hostName: 'farm-7.example.org',
      user: 'everybody',
      keys: [join(folder, 'farm-7')],
      jump: 'gate@jump.example.org:2022,inner',
      knownHosts: [join(folder, 'hosts-a'), join(folder, 'hosts-b')],
    });
  });

  test('reads what it includes', async () => {
    expect(await configOf({ address: 'lab' }, place)).toMatchObject({ hostName: 'lab.example.org', port: 2200 });
  });

  test('knows `none`, and tells of a command it would run', async () => {
    const config = await configOf({ address: 'quiet' }, place);
    expect(config).toMatchObject({ agent: undefined, jump: undefined });
    expect(config.proxyCommand).toContain('nc');
  });

  test('yields to what the host book says', async () => {
    expect(await configOf({ address: 'build-1', user: 'me', port: 22 }, place)).toMatchObject({ user: 'me', port: 22 });
  });

  test('says nothing of a host that it does not know but what holds for all', async () => {
    expect(await configOf({ address: '192.0.2.9' }, { ...place, file: '/dev/null' })).toMatchObject({
      hostName: '192.0.2.9',
      user: userInfo().username,
      port: 22,
      jump: undefined,
      knownHosts: expect.arrayContaining([join(homedir(), '.ssh/known_hosts')]) as string[],
    });
  });
});

it('suggests the hosts that have a name', () => {
  expect(aliasesOf({ file })).toEqual(['lab', 'build-1', 'build-one', 'quiet']);
  expect(aliasesOf({ file: join(folder, 'none') })).toEqual([]);
});
