// The login does what `ssh` does with the same configuration: login shells, accounts, agents and forms of ~/.ssh/config, each tried by the
// ssh command and by Slipway at the same server. The table is printed at the end.
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { knownHostName } from '../../src-main/transport/ssh/known-hosts';
import type { SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { eventually } from '../support/eventually';
import { report } from '../support/faults/count';
import { hasTool, lacksTool, runTool } from '../support/run-tool';
import { SshBeside, type Outcome } from '../support/ssh-beside';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';
import { tempFolder } from '../support/temp-folder';
import { temporaryUser } from '../support/temp-user';

const reason = lacksSshd() ?? (hasTool('ssh') ? undefined : 'needs ssh');
const title = reason ? ` (${reason})` : '';
/** What a shell may change in an argument. */
const HARD = 'it\'s "$HOME" `id` \\ !x !!\n\tsecond line {a,b} дом';

const table: string[] = [];
afterAll(() => {
  if (table.length > 0) report(['| case | ssh | Slipway | client | |', '|---|---|---|---|---|', ...table].join('\n'));
});

/** Adds a row to the table. `why` names a difference. */
function row(what: string, theirs: Outcome, ours: Outcome, why?: string): void {
  const same = theirs.end === ours.end ? (why ?? 'same') : `different: ${why ?? 'not named'}`;
  table.push(`| ${what} | ${theirs.end} | ${ours.end} | ${ours.client ?? ''} | ${same} |`);
}

/** A line of known hosts for a server. */
const known = (...servers: SshServer[]): string =>
  servers.map(({ port, hostKey }) => `${knownHostName('127.0.0.1', port)} ${hostKey}\n`).join('');

const host = (server: SshServer, ...lines: string[]): string =>
  ['Host t', ...lines, 'HostName 127.0.0.1', `Port ${server.port}`, 'User root'].join('\n  ');

/** Everything that Slipway needs of a host: arguments, files in both directions, detached commands. */
async function use(transport: SshTransport): Promise<void> {
  const { stdout } = await transport.run(['printf', '%s', HARD], { env: { GREETING: HARD } });
  expect(stdout.toString()).toBe(HARD);
  const folder = tempFolder();
  const path = join(folder, 'file');
  runTool('chmod', '777', folder);
  await transport.send({ path, bytes: Buffer.from(HARD), mode: 0o644 });
  expect((await transport.readFile(path, 0, 1000)).toString()).toBe(HARD);
  expect(await transport.list(folder)).toEqual(['file']);
  const { ended } = await transport.startDetached(['printf', '%s', HARD], { env: { TMPDIR: folder } });
  expect(await ended).toEqual({ code: 0, output: HARD });
}

const CLIENTS = ['built-in', 'ssh'] as const;

describe.skipIf(reason !== undefined)(`login shells${title}`, () => {
  for (const shell of ['sh', 'bash', 'ksh93', 'mksh', 'zsh', 'csh', 'tcsh', 'fish']) {
    const lacks = lacksTool(shell);
    const name = `An account with the login shell ${shell} is used by both clients.${lacks ? ` (${lacks})` : ''}`;
    it.skipIf(lacks !== undefined)(name, async () => {
      const user = temporaryUser(runTool('which', shell).trim());
      const server = await startSshd();
      onTestFinished(async () => {
        await server.stop();
        user.remove();
      });
      const beside = new SshBeside(host(server, `User ${user.name}`, `IdentityFile ${server.key}`), known(server));
      const theirs = await beside.byCommand(undefined);
      for (const client of CLIENTS) {
        const ours = await beside.byUs(undefined, { client }, use);
        row(`login shell ${shell}`, theirs, ours);
        expect([theirs.end, ours]).toEqual(['in', { end: 'in', text: '', client, asked: [] }]);
      }
    });
  }
});

describe.skipIf(reason !== undefined)(`accounts${title}`, () => {
  it.each([
    ['without a shell (nologin)', '/usr/sbin/nologin', [], 'not available'],
    ['whose shell is false', '/bin/false', [], 'exited with status 1'],
    ['for SFTP only', '/bin/sh', ['ForceCommand internal-sftp'], 'sftp connections only'],
    ['with a forced command', '/bin/sh', ['ForceCommand echo "backups only"; exit 3'], 'backups only'],
  ])('The message of an account %s is shown.', async (what, shell, lines, message) => {
    const user = temporaryUser(shell);
    const server = await startSshd(...lines);
    onTestFinished(async () => {
      await server.stop();
      user.remove();
    });
    const beside = new SshBeside(host(server, `User ${user.name}`, `IdentityFile ${server.key}`), known(server));
    const theirs = await beside.byCommand(undefined);
    for (const client of CLIENTS) {
      const ours = await beside.byUs(undefined, { client });
      row(`account ${what}`, theirs, { ...ours, client }, `same; shown: ${message}`);
      expect([theirs.end, ours.end, ours.text]).toEqual(['refused', 'refused', expect.stringContaining(message)]);
    }
  });
});

describe.skipIf(reason !== undefined)(`agents${title}`, () => {
  let server: SshServer;
  const agents: ChildProcess[] = [];
  beforeAll(async () => {
    server = await startSshd('MaxAuthTries 6');
  });
  afterAll(async () => {
    for (const agent of agents) agent.kill();
    await server?.stop();
  });

  /** The socket of an agent with these keys. */
  async function agentWith(name: string, ...keys: string[]): Promise<string> {
    const socket = join(server.folder, name);
    agents.push(spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' }));
    await eventually(() => runTool('env', `SSH_AUTH_SOCK=${socket}`, 'sh', '-c', 'ssh-add -l; [ $? -le 1 ]'));
    for (const key of keys) runTool('env', `SSH_AUTH_SOCK=${socket}`, 'ssh-add', '-q', key);
    return socket;
  }
  const stranger = (name: string): string => {
    const file = join(server.folder, name);
    runTool('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', file);
    return file;
  };

  it.each([
    ['none', async () => undefined],
    ['an empty variable', async () => ''],
    ['a socket that is not there', async () => join(server.folder, 'no-agent')],
    ['a folder', async () => server.folder],
    ['a file', async () => join(server.folder, 'config')],
    ['an agent without keys', () => agentWith('empty')],
    ['an agent with the key', () => agentWith('right', server.key)],
    [
      'an agent with seven other keys before the key that is named',
      () => agentWith('many', ...[1, 2, 3, 4, 5, 6, 7].map((at) => stranger(`many-${at}`)), server.key),
    ],
  ])('With %s as the agent, the key that the configuration names logs in.', async (what, start) => {
    const agent = await start();
    const beside = new SshBeside(host(server, `IdentityFile ${server.key}`), known(server));
    const [theirs, ours] = [await beside.byCommand(agent), await beside.byUs(agent)];
    row(`agent: ${what}`, theirs, ours);
    expect([theirs.end, ours]).toEqual(['in', { end: 'in', text: '', client: 'built-in', asked: [] }]);
  });

  it('With IdentitiesOnly an agent with seven other keys is passed over.', async () => {
    const agent = await agentWith('others', ...[1, 2, 3, 4, 5, 6, 7].map((at) => stranger(`others-${at}`)));
    const lines = [`IdentityFile ${server.key}`, 'IdentitiesOnly yes'];
    const beside = new SshBeside(host(server, ...lines), known(server));
    const [theirs, ours] = [await beside.byCommand(agent), await beside.byUs(agent)];
    row('agent: seven other keys, IdentitiesOnly', theirs, ours);
    expect([theirs.end, ours.end]).toEqual(['in', 'in']);
    const all = new SshBeside(host(server, `IdentityFile ${server.key}`), known(server));
    const [theirsOfAll, oursOfAll] = [await all.byCommand(agent), await all.byUs(agent)];
    row('agent: seven other keys', theirsOfAll, oursOfAll);
    expect([theirsOfAll.end, oursOfAll.end]).toEqual(['refused', 'refused']);
  });

  it('An agent that does not answer is passed over.', async () => {
    const silent = createServer(() => undefined).listen(join(server.folder, 'silent'));
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const beside = new SshBeside(host(server, `IdentityFile ${server.key}`), known(server));
    const ours = await beside.byUs(join(server.folder, 'silent'));
    row('agent: one that never answers', { end: 'waits', text: '' }, ours, 'ssh waits for it without end');
    expect(ours.end).toBe('in');
  });
});

describe.skipIf(reason !== undefined)(`forms of the configuration${title}`, () => {
  let server: SshServer;
  let gate: SshServer;
  let keys: string;
  beforeAll(async () => {
    server = await startSshd();
    gate = await startSshd();
    keys = server.folder;
    const keygen = (...argv: string[]): string => runTool('ssh-keygen', '-q', ...argv);
    for (const name of ['ca', 'me', 'mine']) keygen('-t', 'ed25519', '-N', '', '-f', join(keys, name));
    keygen('-t', 'rsa', '-b', '2048', '-N', '', '-f', join(keys, 'rsa'));
    for (const name of ['me', 'mine'])
      keygen('-s', join(keys, 'ca'), '-I', 'me', '-n', 'root', join(keys, `${name}.pub`));
    runTool('mv', join(keys, 'me-cert.pub'), join(keys, 'elsewhere.pub'));
    keygen('-t', 'rsa', '-b', '2048', '-m', 'PKCS8', '-N', '', '-f', join(keys, 'pkcs8'));
    writeFileSync(join(keys, 'authorized'), readFileSync(join(keys, 'pkcs8.pub')), { flag: 'a' });
    keygen('-s', join(keys, 'ca'), '-I', 'h', '-h', '-n', '127.0.0.1', join(keys, 'host.pub'));
  });
  afterAll(async () => {
    await server?.stop();
    await gate?.stop();
  });
  const at = (name: string): string => join(keys, name);
  const identity = (): string => `IdentityFile ${server.key}`;

  /** Tries one configuration by both, and adds it to the table. */
  async function beside(what: string, config: string, hosts: string): Promise<{ theirs: Outcome; ours: Outcome }> {
    const one = new SshBeside(config, hosts);
    const [theirs, ours] = [await one.byCommand(undefined), await one.byUs(undefined)];
    row(what, theirs, ours);
    return { theirs, ours };
  }

  it.each([
    ['Host', () => host(server, identity()), 'built-in'],
    ['Match originalhost', () => host(server, identity()).replace('Host t', 'Match originalhost t'), 'built-in'],
    [
      'Match host after HostName',
      () => `Host t\n  HostName 127.0.0.1\nMatch host 127.0.0.1\n  Port ${server.port}\n  User root\n  ${identity()}`,
      'built-in',
    ],
    ['Match exec', () => host(server, identity()).replace('Host t', 'Match exec "test %n = t"'), 'built-in'],
    ['ProxyJump', () => `${host(server, identity(), 'ProxyJump gate')}\n${gateOf()}`, 'built-in'],
    [
      'ProxyCommand ssh -W',
      () => `${host(server, identity(), 'ProxyCommand ssh -q -F CONFIG -W %h:%p gate')}\n${gateOf()}`,
      'built-in',
    ],
    [
      'ProxyCommand ssh -i KEY -W',
      () => `${host(server, identity(), `ProxyCommand ssh -i ${gate.key} -F CONFIG -W %h:%p gate`)}\n${gateOf(false)}`,
      'ssh',
    ],
    [
      'ProxyCommand of another program',
      () => host(server, identity(), `ProxyCommand ${process.execPath} ${piping()} %h %p`),
      'ssh',
    ],
    ['BindAddress', () => host(server, identity(), 'BindAddress 127.0.0.1'), 'ssh'],
    ['a key in the form of PKCS#8', () => host(server, `IdentityFile ${at('pkcs8')}`), 'built-in'],
    ['ForkAfterAuthentication', () => host(server, identity(), 'ForkAfterAuthentication yes'), 'built-in'],
    ['RevokedHostKeys of another host', () => host(server, identity(), `RevokedHostKeys ${at('rsa.pub')}`), 'ssh'],
  ])('The form %s is followed.', async (what, config, client) => {
    const { theirs, ours } = await beside(what, config(), known(server, gate));
    expect([theirs.end, ours]).toEqual(['in', { end: 'in', text: '', client, asked: [] }]);
  });

  const gateOf = (hasKey = true): string =>
    [
      'Host gate',
      'HostName 127.0.0.1',
      `Port ${gate.port}`,
      'User root',
      ...(hasKey ? [`IdentityFile ${gate.key}`] : []),
    ].join('\n  ');

  /** A program that connects its input and output to a TCP port. */
  function piping(): string {
    const file = at('pipe.cjs');
    writeFileSync(
      file,
      `const s = require('net').connect(+process.argv[3], process.argv[2]); process.stdin.pipe(s).pipe(process.stdout);`,
    );
    return file;
  }

  it.each([
    ['CertificateFile', () => [`IdentityFile ${at('me')}`, `CertificateFile ${at('elsewhere.pub')}`]],
    ['a certificate beside its key', () => [`IdentityFile ${at('mine')}`]],
  ])('A user certificate logs in: %s.', async (what, lines) => {
    const trusting = await startSshd(`TrustedUserCAKeys ${at('ca.pub')}`);
    onTestFinished(() => trusting.stop());
    const { theirs, ours } = await beside(what, host(trusting, ...lines()), known(trusting));
    expect([theirs.end, ours]).toEqual(['in', { end: 'in', text: '', client: 'ssh', asked: [] }]);
  });

  it('A user certificate that only the agent has logs in.', async () => {
    const trusting = await startSshd(`TrustedUserCAKeys ${at('ca.pub')}`);
    const socket = at('agent-of-certificates');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    onTestFinished(async () => {
      agent.kill();
      await trusting.stop();
    });
    await eventually(() => runTool('env', `SSH_AUTH_SOCK=${socket}`, 'ssh-add', '-q', at('mine')));
    const one = new SshBeside(host(trusting), known(trusting));
    const [theirs, ours] = [await one.byCommand(socket), await one.byUs(socket)];
    row('a certificate in the agent', theirs, ours);
    expect([theirs.end, ours]).toEqual(['in', { end: 'in', text: '', client: 'ssh', asked: [] }]);
  });

  it('A host certificate of a trusted authority is accepted without a question, and one of another authority is not.', async () => {
    const signed = await startSshd(`HostKey ${at('host')}`, `HostCertificate ${at('host-cert.pub')}`);
    onTestFinished(() => signed.stop());
    const authority = (file: string): string =>
      `@cert-authority ${knownHostName('127.0.0.1', signed.port)} ${readFileSync(at(file), 'utf8')}`;
    const { theirs, ours } = await beside(
      '@cert-authority',
      host(signed, `IdentityFile ${signed.key}`),
      authority('ca.pub'),
    );
    expect([theirs.end, ours]).toEqual(['in', { end: 'in', text: '', client: 'ssh', asked: [] }]);
    const other = await beside(
      '@cert-authority of another key',
      host(signed, `IdentityFile ${signed.key}`),
      authority('me.pub'),
    );
    expect([other.theirs.end, other.ours.end, other.ours.asked]).toEqual(['refused', 'refused', ['host-key']]);
  });

  it('A host key that RevokedHostKeys lists is refused, and the built-in client does not connect without the list.', async () => {
    const config = host(server, identity(), `RevokedHostKeys ${at('host.pub')}`);
    const { theirs, ours } = await beside('RevokedHostKeys', config, known(server));
    expect([theirs.end, ours.end, ours.text]).toEqual(['refused', 'refused', expect.stringMatching(/revoked/i)]);
    const builtIn = await new SshBeside(config, known(server)).byUs(undefined, { client: 'built-in' });
    expect([builtIn.end, builtIn.text]).toEqual(['refused', expect.stringContaining('RevokedHostKeys')]);
  });

  it('A known key without a port is accepted at another port, and another key there is a question.', async () => {
    const lines = `127.0.0.1 ${server.hostKey}\n`;
    const { theirs, ours } = await beside('a known key without its port', host(server, identity()), lines);
    expect([theirs.end, ours]).toEqual(['in', { end: 'in', text: '', client: 'built-in', asked: [] }]);
    const other = await beside('another key at another port', host(gate, `IdentityFile ${gate.key}`), lines);
    expect([other.theirs.end, other.ours.end, other.ours.asked]).toEqual(['refused', 'refused', ['host-key']]);
  });

  it('Algorithms of an old server are used where the configuration names them, and otherwise the error names the setting.', async () => {
    const old = await startSshd(
      `HostKey ${at('rsa')}`,
      'KexAlgorithms diffie-hellman-group14-sha1',
      'HostKeyAlgorithms ssh-rsa',
      'Ciphers aes128-cbc',
      'MACs hmac-sha1',
    );
    onTestFinished(() => old.stop());
    const rsa = { ...old, hostKey: readFileSync(at('rsa.pub'), 'utf8').trim() };
    const allowed = [
      'KexAlgorithms +diffie-hellman-group14-sha1',
      'HostKeyAlgorithms ^ssh-rsa',
      'Ciphers +aes128-cbc',
      'MACs hmac-sha1',
    ];
    const lines = [`IdentityFile ${old.key}`, ...allowed];
    const { theirs, ours } = await beside('algorithms of an old server', host(old, ...lines), known(rsa));
    expect([theirs.end, ours]).toEqual(['in', { end: 'in', text: '', client: 'built-in', asked: [] }]);
    for (const without of [0, 1, 2]) {
      const rest = host(old, `IdentityFile ${old.key}`, ...allowed.filter((_, at) => at !== without));
      const refused = await beside(`the same without ${allowed[without]}`, rest, known(rsa));
      expect([refused.theirs.end, refused.ours.end]).toEqual(['refused', 'refused']);
      expect(refused.ours.text).toContain(allowed[without]?.split(' ')[0]);
    }
  });

  it('Algorithms that the built-in client lacks are used by the ssh command.', async () => {
    const lines = [identity(), 'KexAlgorithms sntrup761x25519-sha512@openssh.com'];
    const { theirs, ours } = await beside('KexAlgorithms sntrup761…', host(server, ...lines), known(server));
    expect([theirs.end, ours]).toEqual(['in', { end: 'in', text: '', client: 'ssh', asked: [] }]);
  });

  it('A key whose type PubkeyAcceptedAlgorithms excludes is not offered.', async () => {
    const lines = [identity(), 'PubkeyAcceptedAlgorithms -ssh-ed25519'];
    const { theirs, ours } = await beside(
      'PubkeyAcceptedAlgorithms -ssh-ed25519',
      host(server, ...lines),
      known(server),
    );
    expect([theirs.end, ours.end]).toEqual(['refused', 'refused']);
  });
});
