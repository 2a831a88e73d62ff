// A build on ZFS over SSH, for each way to log in: paused, edited, resumed from its checkpoint, and inspected.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createBuildServices } from '../../src-main/services/build-services';
import type { ConnectOptions } from '../../src-main/transport/ssh/connection';
import { BuildWatch } from '../support/build-watch';
import { TestProject } from '../support/engine';
import { runTool } from '../support/run-tool';
import { sshHost } from '../support/ssh-host';
import { hostOf, loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';
import { temporaryUser, type TemporaryUser } from '../support/temp-user';
import { lacksZfs, zfsPool, type TemporaryPool } from '../support/temp-zpool';

const reason = lacksSshd() ?? lacksZfs();
const RULES = `/etc/sudoers.d/slipwaybuilds${process.pid}`;

describe.skipIf(reason !== undefined)(`a build on ZFS over SSH${reason ? ` (${reason})` : ''}`, () => {
  let server: SshServer;
  let gate: SshServer;
  let user: TemporaryUser;
  let pool: TemporaryPool;
  let count = 0;

  beforeAll(async () => {
    user = temporaryUser();
    [server, gate] = [await startSshd('PasswordAuthentication yes'), await startSshd()];
    runTool('sh', '-c', 'umask 337; echo "$1 ALL=(ALL) NOPASSWD: ALL" >"$2"', 'sh', user.name, RULES);
    pool = await zfsPool();
  });
  afterAll(async () => {
    runTool('rm', '-f', RULES);
    await Promise.all([server?.stop(), gate?.stop(), pool?.dispose()]);
    user?.remove();
  });

  const ways: [string, () => ConnectOptions | Promise<ConnectOptions>][] = [
    // An ordinary account, which becomes root by sudo.
    ['with a password', () => loginAt(server, { user: user.name, askPassword: async () => user.password })],
    [
      'with a key that has a passphrase',
      () =>
        loginAt(server, { keys: [server.addKey('locked', 'open sesame')], askPassphrase: async () => 'open sesame' }),
    ],
    ['with a key of the agent', async () => loginAt(server, { agent: await agentWith(server.key) })],
    ['through a jump host', () => ({ ...loginAt(server), jumps: [hostOf(gate)] })],
  ];

  async function agentWith(key: string): Promise<string> {
    const socket = join(server.folder, `agent${count}`);
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(async () => {
      agent.kill();
      await once(agent, 'exit');
    });
    await once(agent.stdout, 'data');
    runTool('env', `SSH_AUTH_SOCK=${socket}`, 'ssh-add', '-q', key);
    return socket;
  }

  it.each(ways)('runs with this login: %s', async (_, options) => {
    runTool('rm', '-rf', join(server.folder, 'home/.local'));
    const area = `${pool.name}/login${count++}`;
    const project = new TestProject({
      area,
      steps: ['a', 'b', 'c'].map((name) => ({ name, body: `echo ${name} >"$2/${name}"` })),
    });
    const path = join(project.folder, 'manifest.xml');
    let login: ReturnType<typeof options> | undefined;
    const { host, link } = sshHost(() => (login ??= options())); // a second connection uses the same agent
    const watch = new BuildWatch(createBuildServices(host), path);
    onTestFinished(() => {
      watch.end();
      link.close();
      project.dispose();
    });
    const { builds, inside, logs } = watch.services;
    await watch.until(({ area: seen }) => seen);
    await builds.start({ path, pause: 'c' }, {});
    await watch.until(({ last }) => last?.state === 'paused');
    await watch.until(({ area: seen }) => seen?.latestResumable === 'c' && seen.lock.kind === 'free');
    expect(watch.area).toMatchObject({ backend: 'zfs', dataset: area });

    project.script('b', 'echo edited >"$2/b"');
    // The edit on this computer makes the checkpoint after it stale on the host.
    await watch.until(({ area: seen }) => seen?.steps[2]?.freshness?.kind === 'stale');
    const { run = '' } = await builds.start({ path, resume: 'b' }, {});
    await watch.until(({ runs }) => runs.get(run)?.state === 'done');
    for (let have = -1, ended = false; !ended;) ({ lines: have, ended } = await logs.grown({ path, run, have }, {}));
    const lines = await logs.read({ path, run, from: 0, count: 1000 }, {});
    expect(lines.map(({ text }) => text)).toContain('Build is successful.');
    await watch.until(({ area: seen }) => seen?.lock.kind === 'free');
    expect(await inside.read({ path, step: 'c', file: 'pkg_image/b' }, {})).toMatchObject({ content: 'edited\n' });
    const { changes } = await inside.changes({ path, from: 'b', to: 'c' }, {});
    expect(changes.map((one) => `${one.change} ${one.path}`)).toContain('added pkg_image/b');
  });
});
