import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Login } from '../../src-main/transport/ssh/authentication';
import type { ConnectOptions } from '../../src-main/transport/ssh/connection';
import type { UnknownHostKey } from '../../src-main/transport/ssh/host-keys';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { eventually } from '../support/eventually';
import { runTool } from '../support/run-tool';
import { bySystem, CLIENTS, hostOf, loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';
import { temporaryUser, type TemporaryUser } from '../support/temp-user';

const reason = lacksSshd();
const title = reason ? ` (${reason})` : '';
let open: SshTransport | undefined;
afterEach(() => open?.close());

/** Connects, and returns the account's name on the host. */
async function whoAmI(options: ConnectOptions): Promise<string> {
  open = await createSshTransport(options);
  return (await open.run(['id', '-un'])).stdout.toString().trim();
}

const READY_MS = 3000;
/** The number of a request for a signature in the protocol of agents (draft-miller-ssh-agent, 5.1). */
const SIGN_REQUEST = 13;

/** An agent with a key that signs only after `consent`. */
async function slowAgent(
  socket: string,
  key: string,
): Promise<{ readonly asked: Promise<void>; consent(): void; end(): void }> {
  const real = `${socket}-real`;
  const agent = spawn('ssh-agent', ['-D', '-a', real], { stdio: 'ignore' });
  await eventually(() => runTool('env', `SSH_AUTH_SOCK=${real}`, 'ssh-add', '-q', key));
  let consent = (): void => undefined;
  const consented = new Promise<void>((resolve) => (consent = resolve));
  let ask = (): void => undefined;
  const asked = new Promise<void>((resolve) => (ask = resolve));
  const proxy = createServer((client) => {
    const behind = connect(real);
    behind.pipe(client);
    client.on('data', (bytes) => {
      const isRequest = Buffer.from(bytes)[4] === SIGN_REQUEST;
      if (isRequest) ask();
      void (isRequest ? consented : Promise.resolve()).then(() => behind.write(bytes));
    });
    for (const end of [client, behind]) end.on('error', () => undefined);
    client.on('close', () => behind.destroy());
  });
  proxy.listen(socket);
  await once(proxy, 'listening');
  return { asked, consent, end: () => void (proxy.close(), agent.kill()) };
}

describe.skipIf(reason !== undefined)(`a login with a key${title}`, () => {
  let server: SshServer;
  let agent: ChildProcess | undefined;
  let encrypted: string;
  beforeAll(async () => {
    server = await startSshd();
    encrypted = server.addKey('encrypted', 'two words');
  });
  afterAll(async () => {
    agent?.kill();
    await server?.stop();
  });
  const login = (how: Partial<Login>): Promise<string> => whoAmI(loginAt(server, how));

  it('asks for the passphrase of a key until it is right', async () => {
    const asked: unknown[] = [];
    const askPassphrase = async (file: string, attempt: number): Promise<string> => {
      asked.push([file, attempt]);
      return attempt === 1 ? 'wrong' : 'two words';
    };
    expect(await login({ keys: [encrypted], askPassphrase })).toBe('root');
    expect(asked).toEqual([
      [encrypted, 1],
      [encrypted, 2],
    ]);
  });

  it.each(['ed25519', 'rsa', 'ecdsa'])(
    'asks for the passphrase of a key only when the host accepts the key: %s',
    async (type) => {
      const stranger = join(server.folder, `stranger-${type}`);
      const known = join(server.folder, `known-${type}`);
      for (const file of [stranger, known]) runTool('ssh-keygen', '-q', '-t', type, '-N', 'two words', '-f', file);
      // Without the .pub file, the public key is read from the private one.
      rmSync(`${stranger}.pub`);
      appendFileSync(join(server.folder, 'authorized'), readFileSync(`${known}.pub`));
      const asked: string[] = [];
      const askPassphrase = async (file: string): Promise<string> => {
        asked.push(file);
        return 'two words';
      };
      expect(await login({ keys: [stranger, known], askPassphrase })).toBe('root');
      expect(asked).toEqual([known]);
    },
  );

  it('asks once for the passphrase of a key that it cannot use, and reports the reason', async () => {
    const key = join(server.folder, 'pkcs8');
    runTool('openssl', 'genpkey', '-algorithm', 'ed25519', '-aes256', '-pass', 'pass:two words', '-out', key);
    const asked: number[] = [];
    const askPassphrase = async (_: string, attempt: number): Promise<string> => {
      asked.push(attempt);
      return 'two words';
    };
    const refusal = login({ keys: [key], askPassphrase });
    await expect(refusal).rejects.toThrow('PKCS#8 of ed25519');
    expect(asked).toEqual([1]);
  });

  it('goes on to the next key when one is not unlocked, is none, or is not there', async () => {
    const none = join(server.folder, 'config');
    const keys = [encrypted, none, join(server.folder, 'not-there'), server.key];
    expect(await login({ keys, askPassphrase: async () => undefined })).toBe('root');
  });

  it('reports what was tried when it fails', async () => {
    runTool('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(server.folder, 'stranger'));
    const keys = [join(server.folder, 'stranger'), encrypted];
    const refusal = login({ agent: join(server.folder, 'no-agent'), keys, askPassword: async () => 'never asked' });
    await expect(refusal).rejects.toMatchObject({ name: 'AppError', code: 'refused' });
    const { message } = (await refusal.catch((error: unknown) => error)) as Error;
    expect(message).toContain('refused the login of root');
    expect(message).toContain('the agent, which has no keys');
    expect(message).toContain(`the key ${keys[0]}`);
    expect(message).toContain(`the key ${keys[1]}, which was not unlocked`);
    expect(message).not.toContain('a password');
  });

  it.each(CLIENTS)('leaves a key out that other accounts can read, by %s, as ssh does', async (client, by) => {
    const [open, locked] = ['open', 'locked'].map((name) =>
      server.addKey(`${name}-${client.replaceAll(' ', '-')}`, name === 'open' ? '' : 'two words'),
    ) as [string, string];
    chmodSync(open, 0o644);
    chmodSync(locked, 0o640);
    const keys = [open, locked];
    const refusal = whoAmI(by(loginAt(server, { keys, askPassphrase: async () => 'two words' })));
    await expect(refusal).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(
        `not the key ${open}, which is open to other accounts (mode 0644), not the key ${locked}, which is open to other accounts (mode 0640)`,
      ) as string,
      hint: expect.stringContaining(`chmod 600 ${open} ${locked}.`) as string,
    });
    expect(await whoAmI(by(loginAt(server, { keys: [open, server.key] })))).toBe('root');
    for (const key of keys) chmodSync(key, 0o600);
    expect(await whoAmI(by(loginAt(server, { keys: [open] })))).toBe('root');
  });

  it('names the remedy for a banner that is too long for the built-in client, and passes it by the ssh command', async () => {
    const banner = join(server.folder, 'banner');
    writeFileSync(banner, 'Authorized use only.\n'.repeat(5000));
    const talkative = await startSshd(`Banner ${banner}`);
    onTestFinished(() => talkative.stop());
    const [[, byBuiltIn], [, bySsh]] = CLIENTS as [(typeof CLIENTS)[number], (typeof CLIENTS)[number]];
    await expect(whoAmI(byBuiltIn(loginAt(talkative)))).rejects.toMatchObject({
      code: 'unreachable',
      hint: expect.stringContaining('choose the ssh command') as string,
    });
    expect(await whoAmI(bySsh(loginAt(talkative)))).toBe('root');
  });

  it.each(['the built-in client', 'the ssh command'])('waits for the consent to a signature, by %s', async (client) => {
    const socket = join(server.folder, `agent-of-${client.replaceAll(' ', '-')}`);
    const slow = await slowAgent(socket, server.key);
    onTestFinished(slow.end);
    const config = `${socket}.config`;
    writeFileSync(config, `IdentityAgent ${socket}\n`);
    const options = { ...loginAt(server, { agent: socket, keys: [] }), readyTimeout: READY_MS };
    const connecting = whoAmI(
      client === 'the ssh command' ? bySystem(options, { agent: true, configs: [config] }) : options,
    );
    await Promise.race([slow.asked, connecting]);
    // Longer than the timeout, which must not run meanwhile.
    setTimeout(slow.consent, 2 * READY_MS);
    expect(await connecting).toBe('root');
  });

  it('uses the agent first, and needs nothing else', async () => {
    const socket = join(server.folder, 'agent');
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    await eventually(() => runTool('env', `SSH_AUTH_SOCK=${socket}`, 'ssh-add', '-q', join(server.folder, 'key')));
    expect(await login({ agent: socket, keys: ['/not/looked/at'] })).toBe('root');
  });

  it('goes on when the agent does not sign', async () => {
    const socket = join(server.folder, 'careful');
    // The agent asks before it signs, and no user answers.
    const careful = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore', env: { SSH_ASKPASS: '/bin/false' } });
    try {
      const add = ['ssh-add', '-q', '-c', join(server.folder, 'key')] as const;
      await eventually(() => runTool('env', `SSH_AUTH_SOCK=${socket}`, ...add));
      expect(await login({ agent: socket, keys: [server.key] })).toBe('root');
      await expect(login({ agent: socket })).rejects.toMatchObject({ code: 'refused' });
    } finally {
      careful.kill();
    }
  });
});

describe.skipIf(reason !== undefined).each(CLIENTS)(`a login with a password, by %s${title}`, (_, by) => {
  let user: TemporaryUser;
  let server: SshServer;
  beforeAll(() => {
    user = temporaryUser();
  });
  afterEach(() => server?.stop());
  afterAll(() => user?.remove());

  it('works with the right one, also the second time', async () => {
    server = await startSshd('PasswordAuthentication yes');
    const askPassword = async (attempt: number): Promise<string> => (attempt === 1 ? 'wrong' : user.password);
    expect(await whoAmI(by(loginAt(server, { user: user.name, askPassword })))).toBe(user.name);
  });

  it('is refused after three wrong ones, and asks no more', async () => {
    server = await startSshd('PasswordAuthentication yes');
    const attempts: number[] = [];
    const askPassword = async (attempt: number): Promise<string> => `wrong ${attempts.push(attempt)}`;
    await expect(whoAmI(by(loginAt(server, { user: user.name, askPassword })))).rejects.toMatchObject({
      code: 'refused',
    });
    expect(attempts).toEqual([1, 2, 3]);
    await eventually(() => expect(server.log().match(/Failed password/g)).toHaveLength(3));
  });

  it('is refused with the message of a host that ends it early', async () => {
    server = await startSshd('PasswordAuthentication yes', 'MaxAuthTries 2');
    await expect(
      whoAmI(by(loginAt(server, { user: user.name, askPassword: async () => 'wrong' }))),
    ).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('its message: Too many authentication failures') as string,
    });
  });

  it('is cancelled without an answer, and nothing is tried', async () => {
    server = await startSshd('PasswordAuthentication yes');
    const askPassword = async (): Promise<undefined> => undefined;
    await expect(whoAmI(by(loginAt(server, { user: user.name, askPassword })))).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(server.log()).not.toContain('Failed password');
  });

  it('answers what the host asks (keyboard-interactive)', async () => {
    server = await startSshd('PasswordAuthentication no', 'KbdInteractiveAuthentication yes', 'UsePAM yes');
    const asked: unknown[] = [];
    const answer: Login['answer'] = async ({ prompts }) => {
      asked.push(prompts);
      return prompts.map(() => user.password);
    };
    expect(await whoAmI(by(loginAt(server, { user: user.name, answer })))).toBe(user.name);
    expect(asked).toEqual([[{ text: expect.stringContaining('Password') as string, secret: true }]]);
  });

  it('works with a key as well, where the host requires both', async () => {
    server = await startSshd('PasswordAuthentication yes', 'AuthenticationMethods publickey,password');
    const both = { user: user.name, keys: [server.key], askPassword: async () => user.password };
    expect(await whoAmI(by(loginAt(server, both)))).toBe(user.name);
    await expect(
      createSshTransport(by(loginAt(server, { ...both, askPassword: async () => 'no' }))),
    ).rejects.toMatchObject({ code: 'refused' });
  });
});

describe.skipIf(reason !== undefined)(`a login through a jump host${title}`, () => {
  let near: SshServer;
  let far: SshServer;
  beforeAll(async () => {
    near = await startSshd();
    far = await startSshd('LogLevel DEBUG1');
  });
  afterAll(async () => {
    await near?.stop();
    await far?.stop();
  });

  it('verifies each host under its own name, and runs commands on the last', async () => {
    const asked: UnknownHostKey[] = [];
    const hostKeys = { ...loginAt(far).hostKeys, accept: async (key: UnknownHostKey) => asked.push(key) > 0 };
    open = await createSshTransport({ target: hostOf(far), jumps: [hostOf(near)], hostKeys });
    expect(asked.map(({ port, fingerprint }) => [port, fingerprint])).toEqual([
      [near.port, near.fingerprint],
      [far.port, far.fingerprint],
    ]);
    const { stdout } = await open.run(['sh', '-c', 'echo "$SSH_CONNECTION"']);
    expect(stdout.toString().trim().endsWith(` 127.0.0.1 ${far.port}`)).toBe(true);
  });

  it('is lost when the jump host is', async () => {
    open = await createSshTransport({ ...loginAt(far), jumps: [hostOf(near)] });
    const running = open.run(['sleep', '30']);
    near.cut();
    await expect(running).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('refuses a changed key of the last host, and sends it nothing', async () => {
    const read = [join(far.folder, 'users')];
    writeFileSync(read[0] ?? '', `[127.0.0.1]:${far.port} ${near.hostKey}\n`);
    const before = far.log().split('userauth-request').length;
    const hostKeys = { read, own: join(far.folder, 'own'), accept: async () => true };
    await expect(createSshTransport({ target: hostOf(far), jumps: [hostOf(near)], hostKeys })).rejects.toMatchObject({
      code: 'refused',
    });
    expect(far.log().split('userauth-request').length).toBe(before);
  });

  it('reports the host that could not be reached, and from which host', async () => {
    const gone = await startSshd();
    await gone.stop();
    await expect(
      createSshTransport({ ...loginAt(far), target: hostOf(gone), jumps: [hostOf(near)] }),
    ).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining(`[127.0.0.1]:${near.port} cannot reach [127.0.0.1]:${gone.port}`) as string,
    });
  });
});
