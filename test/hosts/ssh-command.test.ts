// What holds for the ssh command as a client besides the conformance suite: secrets stay secret, and nothing is left behind.
import { fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { eventually } from '../support/eventually';
import { hasTool } from '../support/run-tool';
import { bySystem, loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';
import { tempFolder } from '../support/temp-folder';
import { temporaryUser, type TemporaryUser } from '../support/temp-user';

const reason = lacksSshd() ?? (hasTool('ssh') ? undefined : 'needs ssh');

/** Arguments and environment of all processes. */
function processTexts(): string {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const texts = pids.flatMap((pid) =>
    ['cmdline', 'environ'].map((name) => {
      try {
        return readFileSync(`/proc/${pid}/${name}`, 'utf8');
      } catch {
        return ''; // it has just ended
      }
    }),
  );
  return texts.join('\n');
}

describe.skipIf(reason !== undefined)(`the ssh command as a client${reason ? ` (${reason})` : ''}`, () => {
  let user: TemporaryUser;
  let server: SshServer;
  let runtime: string;
  beforeEach(async () => {
    user = temporaryUser();
    server = await startSshd('PasswordAuthentication yes');
    runtime = tempFolder();
    process.env['XDG_RUNTIME_DIR'] = runtime;
  });
  const before = process.env['XDG_RUNTIME_DIR'];
  afterEach(async () => {
    if (before === undefined) delete process.env['XDG_RUNTIME_DIR'];
    else process.env['XDG_RUNTIME_DIR'] = before;
    await server?.stop();
    user?.remove();
  });

  it('gets a password that is in no argument, no environment and no file, and leaves no folder', async () => {
    const seen: string[] = [];
    const askPassword = async (): Promise<string> => {
      seen.push(processTexts());
      return user.password;
    };
    const transport = await createSshTransport(bySystem(loginAt(server, { user: user.name, askPassword })));
    expect((await transport.run(['id', '-un'])).stdout.toString().trim()).toBe(user.name);
    seen.push(processTexts());
    const files = readdirSync(runtime, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name).sort()).toEqual(['askpass', 'config']);
    seen.push(...files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')));
    expect(seen).toHaveLength(4);
    expect(seen.join('\n')).not.toContain(user.password);
    transport.close();
    await eventually(() => expect(readdirSync(runtime)).toEqual([]));
  });

  it('leaves nothing when the login is cancelled', async () => {
    const login = { user: user.name, askPassword: async () => undefined };
    await expect(createSshTransport(bySystem(loginAt(server, login)))).rejects.toMatchObject({ code: 'cancelled' });
    await eventually(() => expect(readdirSync(runtime)).toEqual([]));
    await eventually(() => expect(processTexts()).not.toContain(runtime));
  });

  it('ends its connection when the app is killed', async () => {
    const folder = tempFolder();
    const child = join(folder, 'child.cjs');
    writeFileSync(
      join(folder, 'child.ts'),
      `import { createSshTransport } from '${join(import.meta.dirname, '../../src-main/transport/ssh/ssh-transport')}';
void createSshTransport(JSON.parse(process.argv[2] ?? '', (key, value) => (key === 'hostKeys' ? { ...value, accept: async () => true } : value)))
  .then(() => process.send?.('connected'));`,
    );
    const entryPoints = [join(folder, 'child.ts')];
    const external = ['*.node', 'cpu-features'];
    await build({
      entryPoints,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external,
      logLevel: 'error',
      outfile: child,
    });
    const app = fork(child, [JSON.stringify(bySystem(loginAt(server)))], { env: { ...process.env, TMPDIR: tmpdir() } });
    onTestFinished(() => void app.kill('SIGKILL'));
    await once(app, 'message');
    expect(processTexts()).toContain(runtime);
    app.kill('SIGKILL');
    await eventually(() => expect(processTexts()).not.toContain(`${runtime}/slipway-ssh-`));
    await eventually(() => expect(readdirSync(runtime)).toEqual([]));
  });

  it('does not connect by itself when the connection is gone', async () => {
    const transport = await createSshTransport(bySystem(loginAt(server)));
    onTestFinished(() => transport.close());
    await server.halt();
    await expect(transport.run(['true'])).rejects.toMatchObject({ code: 'unreachable' });
    await expect(transport.lost).rejects.toMatchObject({ code: 'unreachable' });
    expect(existsSync(join(server.folder, 'known_hosts'))).toBe(true);
  });
});
