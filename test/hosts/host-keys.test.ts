import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ConnectOptions } from '../../src-main/transport/ssh/connection';
import type { UnknownHostKey } from '../../src-main/transport/ssh/host-keys';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { eventually } from '../support/eventually';
import { runTool } from '../support/run-tool';
import { CLIENTS, loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';

const reason = lacksSshd();
const HOUR_MS = 3_600_000;
const otherKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIDJ2nK1tW8J5hYbm3rYVhM0t3B4T5o6oN9hYk4h1Q8X';

const title = reason ? ` (${reason})` : '';

describe.skipIf(reason !== undefined).each(CLIENTS)(`the key of a host, for %s${title}`, (_, by) => {
  let server: SshServer;
  let keys: string;
  let open: SshTransport | undefined;
  const at = (name: string): string => join(server.folder, name);

  beforeAll(() => {
    keys = mkdtempSync(join(tmpdir(), 'slipway-host-'));
    runTool('ssh-keygen', '-q', '-t', 'ecdsa', '-N', '', '-f', join(keys, 'ecdsa'));
  });
  // A server of its own for each test: the log of an earlier login may arrive late.
  beforeEach(async () => {
    server = await startSshd('LogLevel DEBUG1', `HostKey ${join(keys, 'ecdsa')}`);
  });
  afterEach(async () => {
    open?.close();
    await server?.stop();
  });
  afterAll(() => rmSync(keys, { recursive: true, force: true }));

  /** Connects with the user's `known_hosts`; questions go to `accept`. */
  function connect(known: string, accept: (question: UnknownHostKey) => Promise<boolean>): Promise<SshTransport> {
    writeFileSync(at('users'), known);
    const options: ConnectOptions = {
      ...loginAt(server),
      hostKeys: { read: [at('users')], own: at(`own-${Math.random()}`), accept },
    };
    return createSshTransport(by(options));
  }

  /** The number of login attempts of clients. A key exchange alone has no such line. */
  const logins = (): number => server.log().split('userauth-request').length - 1;
  const never = (): Promise<boolean> => Promise.reject(new Error('the user should not have been asked'));

  it('is shown to the user when it is unknown, and nothing is sent before the answer, however late it is', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    onTestFinished(() => void vi.useRealTimers());
    const before = logins();
    let answer: (accepted: boolean) => void = () => undefined;
    let asked: UnknownHostKey | undefined;
    const connecting = connect('', (question) => {
      asked = question;
      return new Promise((resolve) => (answer = resolve));
    });
    await eventually(() => expect(asked).toBeDefined());
    vi.advanceTimersByTime(HOUR_MS); // much longer than the timeout of a silent host
    expect(asked).toEqual({
      host: '127.0.0.1',
      port: server.port,
      type: 'ssh-ed25519',
      fingerprint: server.fingerprint,
    });
    expect(logins()).toBe(before);
    answer(true);
    open = await connecting;
    expect(logins()).toBeGreaterThan(before);
    expect((await open.run(['echo', 'in'])).stdout.toString()).toBe('in\n');
  });

  it('is not used when it was not accepted', async () => {
    const before = logins();
    await expect(connect('', async () => false)).rejects.toMatchObject({ name: 'AppError', code: 'cancelled' });
    expect(logins()).toBe(before);
  });

  it('is not shown to a user who has accepted it', async () => {
    open = await connect(`[127.0.0.1]:${server.port} ${server.hostKey}\n`, never);
  });

  it('is the accepted one where the host has several', async () => {
    const [type, blob] = readFileSync(join(keys, 'ecdsa.pub'), 'utf8').split(' ');
    open = await connect(`[127.0.0.1]:${server.port} ${type} ${blob}\n`, never);
  });

  it('is refused when it has changed, with both fingerprints', async () => {
    const before = logins();
    const refusal = connect(`[127.0.0.1]:${server.port} ${otherKey}\n`, never);
    await expect(refusal).rejects.toMatchObject({ name: 'AppError', code: 'refused' });
    const { message } = (await refusal.catch((error: unknown) => error)) as Error;
    expect(message).toContain(server.fingerprint);
    expect(message.match(/SHA256:[A-Za-z0-9+/]{43}/g)).toHaveLength(2);
    expect(logins()).toBe(before);
  });

  it('is refused when it is revoked, also when another line accepts it', async () => {
    const before = logins();
    const known = `[127.0.0.1]:${server.port} ${server.hostKey}\n@revoked * ${server.hostKey}\n`;
    await expect(connect(known, never)).rejects.toMatchObject({ code: 'refused' });
    expect(logins()).toBe(before);
  });
});
