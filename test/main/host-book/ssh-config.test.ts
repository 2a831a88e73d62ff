import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { aliasesOf, configOf, type HostConfig } from '../../../src-main/host-book/ssh-config';
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
  # Before ProxyJump: older versions of ssh pass over what stands behind its none.
  ProxyCommand nc %h %p
  ProxyJump none
Host *
  User everybody
  ProxyJump last
  GlobalKnownHostsFile none
`,
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// What the table below includes, besides files that it must not.
mkdirSync(join(folder, 'some'));
writeFileSync(join(folder, 'some/lab-2'), 'Host lab-2\n  Port 2\nHost *\n  Compression yes\n');
writeFileSync(join(folder, 'some/.lab-2~'), 'Host lab-2\n  Port 666\n');
mkdirSync(join(folder, 'some/folder'));
writeFileSync(join(folder, 'some/folder/deep'), 'Host deep\n  User deep\n');
writeFileSync(join(folder, 'two words.conf'), 'Host spaced\n  User spaced\n');
const me = userInfo().username;

/** A text, the name that is asked for, and the settings that it has for that host. */
const table: [what: string, text: string, address: string, expected: Partial<HostConfig>][] = [
  ['Match all', 'Match all\n User all', 'x', { user: 'all' }],
  ['Match host, by its own name', 'Match host y,x*\n User fits', 'x1', { user: 'fits' }],
  [
    'Match host, by HostName',
    'Host x\n HostName y\nMatch host x\n User no\nMatch host Y\n User yes',
    'x',
    { user: 'yes' },
  ],
  ['Match originalhost', 'Host x\n HostName y\nMatch originalhost X\n User yes', 'x', { user: 'yes' }],
  ['Match that is negated', 'Match !host x\n User no', 'x', { user: me }],
  [
    'Match with two criteria',
    'Host x\n User u\nMatch host x user v\n Port 1\nMatch host x user u\n Port 2',
    'x',
    { port: 2 },
  ],
  ['Match localuser', `Match localuser ${me}\n Port 3`, 'x', { port: 3 }],
  ['Host with a pattern that is negated', 'Host * !x\n User no\nHost !y\n User no', 'x', { user: me }],
  ['lines before any block', 'User first\nHost x\n User second', 'x', { user: 'first' }],
  ['words with = and comments', 'Host=x # y\n User = bob # no\n Port=5', 'x', { user: 'bob', port: 5 }],
  ['lines of Windows', 'Host x\r\n\tUser bob\r\n', 'x', { user: 'bob' }],
  [
    'an included block ends with its file',
    `Host spaced\n Include ${folder}/some/lab-2\n User after`,
    'spaced',
    { user: 'after' },
  ],
  ['an include counts in its block only', `Host y\n Include ${folder}/some/lab-2`, 'lab-2', { port: 22 }],
  ['Include of a folder with hidden files and folders', `Include ${folder}/some/*`, 'lab-2', { port: 2 }],
  ['Include with patterns on the way', `Include ${folder}/*/folder/d??p`, 'deep', { user: 'deep' }],
  ['Include with a set', `Include ${folder}/some/lab-[!13-9]`, 'lab-2', { port: 2 }],
  ['Include with quotes', `Include "${folder}/two words.conf"`, 'spaced', { user: 'spaced' }],
  ['Include with =, of several', `Include=${folder}/none ${folder}/some/lab-2`, 'lab-2', { port: 2 }],
  [
    'ProxyJump before ProxyCommand',
    'Host x\n ProxyJump g\nHost *\n ProxyCommand nc',
    'x',
    { jump: 'g', proxyCommand: undefined },
  ],
  [
    'ProxyCommand before ProxyJump',
    'Host x\n ProxyCommand nc\nHost *\n ProxyJump g',
    'x',
    { jump: undefined, proxyCommand: 'nc' },
  ],
  [
    'ProxyCommand none before ProxyJump',
    'ProxyCommand none\nProxyJump g',
    'x',
    { jump: undefined, proxyCommand: undefined },
  ],
  ['ProxyJump none before ProxyJump', 'ProxyJump none\nProxyJump g', 'x', { jump: undefined }],
  ['HostName with tokens', 'Host x\n HostName 10%%%h.Lab', 'x', { hostName: '10%x.lab' }],
  ['an address with a zone', 'Host *\n User u', 'fe80::1%docker0', { hostName: 'fe80::1%docker0' }],
  [
    'names in capitals',
    'Host big\n User no\nHost BIG\n HostKeyAlias ALIAS',
    'BIG',
    { hostName: 'big', user: me, hostKeyAlias: 'alias' },
  ],
  [
    'variables of the environment',
    'IdentityFile ${SLIPWAY_TEST}/one\nIdentityAgent $SLIPWAY_TEST',
    'x',
    { keys: [join(folder, 'one')], agent: folder },
  ],
  [
    'tokens of paths',
    `Port 9\nUser bob\nIdentityAgent ${folder}/%r-%p-%n-%h-%%`,
    'X',
    { agent: join(folder, 'bob-9-X-x-%') },
  ],
  [
    'the first known hosts',
    'Host x\n UserKnownHostsFile /a/%k\n GlobalKnownHostsFile /b\nHost *\n UserKnownHostsFile /c',
    'x',
    { knownHosts: ['/a/x', '/b'] },
  ],
  [
    'known hosts with spaces in their paths',
    `UserKnownHostsFile "${folder}/two words" ~/b\nGlobalKnownHostsFile "/c d/e" /f`,
    'x',
    { knownHosts: [join(folder, 'two words'), join(homedir(), 'b'), '/c d/e', '/f'] },
  ],
  [
    'tokens of ProxyJump, and a zone that is none',
    'Host x\n HostName X.lab\n User u\n Port 7\n ProxyJump gate-%h,%r@%n-%p.gw%%,[fe80::1%docker0]',
    'x',
    { jump: 'gate-x.lab,u@x-7.gw%,[fe80::1%docker0]' },
  ],
];

/** Both ways of reading the files give the same result. */
const ways = [
  { hasSsh: true, title: 'asked of ssh', lacks: hasTool('ssh') ? undefined : 'needs ssh' },
  { hasSsh: false, title: 'read here', lacks: undefined },
];

describe.each(ways)('the SSH configuration, $title', ({ hasSsh, lacks }) => {
  const place = { file, hasSsh };
  const test = it.skipIf(lacks !== undefined);

  test('gives a host all its settings, and its keys where they exist', async () => {
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

  test('applies patterns and tokens, and the first value wins', async () => {
    expect(await configOf({ address: 'farm-7' }, place)).toMatchObject({
      hostName: 'farm-7.example.org',
      user: 'everybody',
      keys: [join(folder, 'farm-7')],
      jump: 'gate@jump.example.org:2022,inner',
      knownHosts: [join(folder, 'hosts-a'), join(folder, 'hosts-b')],
    });
  });

  test('reads the files that it includes', async () => {
    expect(await configOf({ address: 'lab' }, place)).toMatchObject({ hostName: 'lab.example.org', port: 2200 });
  });

  test('accepts `none`, and reports a command that it would run', async () => {
    const config = await configOf({ address: 'quiet' }, place);
    expect(config).toMatchObject({ agent: undefined, jump: undefined });
    expect(config.proxyCommand).toContain('nc');
  });

  test('yields to the host book', async () => {
    expect(await configOf({ address: 'build-1', user: 'me', port: 22 }, place)).toMatchObject({ user: 'me', port: 22 });
  });

  test.each(table)('accepts %s', async (_, text, address, expected) => {
    vi.stubEnv('SLIPWAY_TEST', folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    const one = join(folder, 'table');
    writeFileSync(one, `${text}\n`);
    expect(await configOf({ address }, { file: one, hasSsh })).toMatchObject(expected);
  });

  test.each(['-oProxyCommand=touch', '-V'])('refuses %s, which would be an option', async (address) => {
    await expect(configOf({ address }, place)).rejects.toMatchObject({ code: 'refused' });
  });

  test.each([
    ['a port that is none', 'Port much'],
    ['a quote that is open', 'Host "x\n User u'],
  ])('refuses a file with %s', async (_, text) => {
    const one = join(folder, 'wrong');
    writeFileSync(one, `${text}\n`);
    await expect(configOf({ address: 'x' }, { file: one, hasSsh })).rejects.toMatchObject({ code: 'refused' });
  });

  test('refuses a file that includes itself', async () => {
    const one = join(folder, 'round');
    writeFileSync(one, `Include ${one}\n`);
    await expect(configOf({ address: 'x' }, { file: one, hasSsh })).rejects.toMatchObject({ code: 'refused' });
  });

  test('gives an unknown host only the settings for all hosts', async () => {
    expect(await configOf({ address: '192.0.2.9' }, { ...place, file: '/dev/null' })).toMatchObject({
      hostName: '192.0.2.9',
      user: userInfo().username,
      port: 22,
      jump: undefined,
      knownHosts: expect.arrayContaining([join(homedir(), '.ssh/known_hosts')]) as string[],
    });
  });
});

it('The hosts that have a name are suggested.', async () => {
  expect(await aliasesOf({ file })).toEqual(['lab', 'build-1', 'build-one', 'quiet']);
  expect(await aliasesOf({ file: join(folder, 'none') })).toEqual([]);
});

it('The hosts that Match names are suggested, without patterns and names that it excludes.', async () => {
  const one = join(folder, 'match');
  writeFileSync(
    one,
    `Match originalhost builder user anna
Match host oi-build,oi-*,oi-test exec "true"
Match !host not-this final host=by-sign
Match all
Match user host
`,
  );
  expect(await aliasesOf({ file: one })).toEqual(['builder', 'oi-build', 'oi-test', 'by-sign']);
});

it('No command of a Match runs when the files are read.', async () => {
  const [one, ran] = [join(folder, 'exec'), join(folder, 'ran')];
  writeFileSync(one, `Match exec "touch ${ran}"\n User no\nMatch host x exec "touch ${ran}"\n User no\n`);
  expect(await configOf({ address: 'x' }, { file: one, hasSsh: false })).toMatchObject({ user: me });
  expect(existsSync(ran)).toBe(false);
});

it('Relative includes begin at ~/.ssh, also in files that are included.', async () => {
  vi.stubEnv('HOME', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  mkdirSync(join(folder, '.ssh/conf.d'), { recursive: true });
  writeFileSync(join(folder, '.ssh/conf.d/a'), 'Include conf.d/b\n');
  writeFileSync(join(folder, '.ssh/conf.d/b'), 'Host x\n User b\n');
  writeFileSync(join(folder, '.ssh/config'), 'Include conf.d/a\n');
  expect(await configOf({ address: 'x' }, { hasSsh: false })).toMatchObject({ user: 'b' });
});
