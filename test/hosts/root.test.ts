// An ordinary account gets root rights by sudo: its commands run as root, and files that only root may read are read.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createBuildServices } from '../../src-main/services/build-services';
import { detectRoot, type RootWay } from '../../src-main/transport/ssh/root';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import type { ConnectOptions } from '../../src-main/transport/ssh/connection';
import { BuildWatch } from '../support/build-watch';
import { TestProject } from '../support/engine';
import { eventually } from '../support/eventually';
import { hasTool, runTool } from '../support/run-tool';
import { sshHost } from '../support/ssh-host';
import { loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';
import { temporaryUser, type TemporaryUser } from '../support/temp-user';

const reason = lacksSshd() ?? (hasTool('sudo') ? undefined : 'needs sudo');
const RULES = `/etc/sudoers.d/slipwaytest${process.pid}`;

describe.skipIf(reason !== undefined)(`an account that becomes root${reason ? ` (${reason})` : ''}`, () => {
  let server: SshServer;
  let user: TemporaryUser;
  let transport: SshTransport;
  let folder: string;

  beforeAll(async () => {
    user = temporaryUser();
    server = await startSshd();
  });
  afterAll(async () => {
    await server?.stop();
    user?.remove();
  });
  beforeEach(async () => {
    writeFileSync(RULES, `${user.name} ALL=(ALL) NOPASSWD: ALL\n`, { mode: 0o440 });
    folder = mkdtempSync(join(tmpdir(), 'slipway-root-'));
    transport = await createSshTransport(login());
  });
  afterEach(() => {
    transport?.close();
    rmSync(RULES, { force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  const login = (): ConnectOptions => loginAt(server, { user: user.name, keys: [server.key] });
  const detect = (chosen: Parameters<typeof detectRoot>[1] = 'auto') =>
    detectRoot((argv) => transport.runAsAccount(argv), chosen);
  const text = async (...argv: [string, ...string[]]) => (await transport.run(argv)).stdout.toString().trim();

  it('finds the way to root, and reports why there is none', async () => {
    expect(await detect()).toEqual({ how: 'sudo', prefix: ['sudo', '-n'] } satisfies RootWay);
    expect(await detect('none')).toMatchObject({ how: 'none' });
    rmSync(RULES);
    const none = await detect();
    expect(none).toMatchObject({ how: 'none', prefix: [] } satisfies RootWay);
    expect(none.why).toMatch(/^sudo: .*password/);
  });

  it('runs everything as root, in its folder and with its surroundings', async () => {
    expect(await text('id', '-un')).toBe(user.name);
    transport.useRoot(['sudo', '-n']);
    expect(await text('id', '-un')).toBe('root');
    const { stdout } = await transport.run(['sh', '-c', 'pwd; echo "$GREETING"'], {
      folder,
      env: { GREETING: "it's me" },
    });
    expect(stdout.toString()).toBe(`${folder}\nit's me\n`);
    expect((await transport.runAsAccount(['id', '-un'])).stdout.toString().trim()).toBe(user.name);
  });

  it('ends what root runs, and all it started', async () => {
    transport.useRoot(['sudo', '-n']);
    const ending = new AbortController();
    const begun = join(folder, 'begun');
    const running = transport.run(['sh', '-c', 'sleep 300 & echo $! >"$0"; wait', begun], { signal: ending.signal });
    await eventually(() => expect(existsSync(begun) && runTool('cat', begun).trim()).toMatch(/^\d+$/));
    const child = runTool('cat', begun).trim();
    ending.abort();
    await running;
    await eventually(() => expect(existsSync(`/proc/${child}`)).toBe(false));
  });

  it('reads what only root may read, as it grows', async () => {
    const secret = join(folder, 'journal');
    writeFileSync(secret, 'first\n', { mode: 0o600 });
    chmodSync(folder, 0o700);
    await expect(transport.readFile(secret, 0, 10)).rejects.toMatchObject({ code: 'refused' });
    transport.useRoot(['sudo', '-n']);
    expect((await transport.readFile(secret, 2, 2)).toString()).toBe('rs');
    expect(await transport.list(folder)).toEqual(['journal']);
    const ending = new AbortController();
    onTestFinished(() => ending.abort());
    const changes = transport.changes(secret, ending.signal)[Symbol.asyncIterator]();
    await changes.next();
    writeFileSync(secret, 'first\nsecond\n');
    await eventually(async () => {
      await changes.next();
      expect((await transport.readFile(secret, 6, 100)).toString()).toBe('second\n');
    });
    await expect(transport.readFile(join(folder, 'none'), 0, 1)).rejects.toMatchObject({ code: 'missing' });
  });

  it('builds in an area that only root may enter', async () => {
    const project = new TestProject({ steps: [{ name: 'a', body: 'id -un; umask 077' }, { name: 'b' }] });
    onTestFinished(() => project.dispose());
    const { host, link } = sshHost(login);
    const watch = new BuildWatch(createBuildServices(host), join(project.folder, 'manifest.xml'));
    onTestFinished(() => {
      watch.end();
      link.close();
    });
    await watch.until(({ area }) => area);
    expect(link.view).toMatchObject({ state: 'ready', facts: { root: 'sudo', user: user.name } });
    runTool('mkdir', '-m', '700', '-p', project.area);
    const { run = '' } = await watch.services.builds.start({ path: watch.path }, {});
    await watch.until(({ last }) => last?.state === 'done');
    const selection = { path: watch.path, run, step: 'a' };
    for (let have = -1, ended = false; !ended;)
      ({ lines: have, ended } = await watch.services.logs.grown({ ...selection, have }, {}));
    const [first] = await watch.services.logs.read({ ...selection, from: 0, count: 1 }, {});
    expect(first?.text).toBe('root');
    // By sudo too: statements have another builder for it.
    const [hello = ''] = readFileSync(join(project.area, 'logs', `${run}.jsonl`), 'utf8').split('\n');
    expect(JSON.parse(hello)).toMatchObject({ kind: 'hello', client: 'Slipway', ssh: true });
  });
});
