import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import type { CommandOptions } from '../../src-main/transport/transport';
import { eventually } from '../support/eventually';
import { runTool } from '../support/run-tool';
import { CLIENTS, loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';

const reason = lacksSshd();

/** Short for a test, and long enough for a server on a busy machine. */
const KEEP_ALIVE_MS = 500;

const lost = {
  name: 'AppError',
  code: 'unreachable',
  message: expect.stringContaining('may still be running') as string,
};

const title = reason ? ` (${reason})` : '';

describe.skipIf(reason !== undefined).each(CLIENTS)(`A connection of %s that fails${title}`, (_, by) => {
  let server: SshServer;
  let transport: SshTransport;

  beforeEach(async () => {
    server = await startSshd();
    transport = await createSshTransport(by({ ...loginAt(server), keepAlive: KEEP_ALIVE_MS }));
  });
  afterEach(async () => {
    transport?.close();
    await server?.stop();
  });

  /** The files that a detached command leaves are removed with the server's folder. */
  const ownFolder = (): CommandOptions => ({ env: { TMPDIR: server.folder } });

  it('A connection that is cut fails everything that runs over it, and everything after it.', async () => {
    const command = await transport.stream(['sh', '-c', 'printf "a whole line\\nhalf a l"; sleep 30']);
    const lines: string[] = [];
    const reading = (async () => {
      for await (const chunk of command.output) lines.push(chunk.toString());
    })();
    const detached = await transport.startDetached(['sleep', '60'], ownFolder());
    const watching = (async () => {
      for await (const _ of transport.changes(server.folder, new AbortController().signal));
    })();
    const begun = join(server.folder, 'begun');
    const running = transport.run(['sh', '-c', 'echo >"$0"; sleep 30', begun]);
    await eventually(() => expect([lines.join(''), existsSync(begun)]).toEqual(['a whole line\nhalf a l', true]));
    server.cut();
    await Promise.all([
      expect(running).rejects.toMatchObject(lost),
      expect(reading).rejects.toMatchObject(lost),
      expect(command.ended).rejects.toMatchObject(lost),
      expect(watching).rejects.toMatchObject(lost),
      expect(detached.ended).rejects.toMatchObject(lost),
      expect(transport.lost).rejects.toMatchObject(lost),
    ]);
    // Later requests fail too.
    await expect(transport.run(['true'])).rejects.toMatchObject(lost);
    await expect(transport.list('/')).rejects.toMatchObject(lost);
    await expect(transport.readFile('/etc/passwd', 0, 1)).rejects.toMatchObject(lost);
    command.write('lost');
  });

  it('A command that prints nothing for ten keep-alive intervals is not cut.', async () => {
    const { code, stdout } = await transport.run(['sh', '-c', `sleep ${KEEP_ALIVE_MS / 100}; echo the end`]);
    expect([code, stdout.toString()]).toEqual([0, 'the end\n']);
  });

  it('A connection without an answer is noticed by its silence.', async () => {
    const begun = join(server.folder, 'begun in silence');
    const running = transport.run(['sh', '-c', 'echo >"$0"; sleep 600', begun]);
    await eventually(() => expect(existsSync(begun)).toBe(true));
    server.freeze();
    await expect(running).rejects.toMatchObject(lost);
  });

  it('A detached command outlives its connection.', async () => {
    const done = join(server.folder, 'done');
    const script = 'until [ -e "$0.go" ]; do sleep 0.05; done; touch "$0"';
    await transport.startDetached(['sh', '-c', script, done], ownFolder());
    server.cut();
    await expect(transport.lost).rejects.toMatchObject(lost);
    writeFileSync(`${done}.go`, '');
    await eventually(() => expect(existsSync(done)).toBe(true));
    transport = await createSshTransport(by(loginAt(server)));
    expect(await transport.list(server.folder)).toContain('done');
  });

  it('A detached command outlives its connection where there is no setsid.', async () => {
    const path = join(server.folder, 'bin');
    mkdirSync(path);
    for (const tool of ['cat', 'env', 'kill', 'mktemp', 'mv', 'nohup', 'sh', 'sleep'])
      symlinkSync(runTool('which', tool).trim(), join(path, tool));
    const stop = new AbortController();
    const env = { TMPDIR: server.folder, PATH: path };
    const short = await transport.startDetached(['sh', '-c', 'echo $$; exit 4'], { env });
    expect(await short.ended).toEqual({ code: 4, output: `${short.pid}\n` });
    const long = await transport.startDetached(['sleep', '60'], { env, signal: stop.signal });
    stop.abort();
    expect((await long.ended).code).toBe(143);
    const last = await transport.startDetached(['sleep', '60'], { env });
    server.cut();
    await expect(transport.lost).rejects.toMatchObject(lost);
    process.kill(last.pid, 'SIGTERM');
  });

  it('A detached command is ended by its signal with everything that it started.', async () => {
    const stop = new AbortController();
    const pids = join(server.folder, 'pids');
    const script = 'sleep 60 & echo $! > "$0"; wait';
    const command = await transport.startDetached(['sh', '-c', script, pids], { ...ownFolder(), signal: stop.signal });
    await eventually(() => expect(readFileSync(pids, 'utf8')).toContain('\n'));
    stop.abort();
    // The status of a shell for SIGTERM.
    expect((await command.ended).code).toBe(143);
    await eventually(() => expect(() => process.kill(Number(readFileSync(pids, 'utf8')), 0)).toThrow('ESRCH'));
  });

  it('A detached command that was killed with its keeper has no exit status.', async () => {
    const command = await transport.startDetached(['sleep', '60'], ownFolder());
    await transport.run(['sh', '-c', 'kill -9 $(ps -o ppid= -p "$0") "$0"', String(command.pid)]);
    expect((await command.ended).code).toBe(null);
  });

  it('More commands than the host takes at once are queued.', async () => {
    const all = Array.from({ length: 20 }, (_, at) => transport.run(['sh', '-c', `sleep 0.1; echo ${at}`]));
    expect((await Promise.all(all)).map(({ stdout }) => Number(stdout))).toEqual(all.map((_, at) => at));
  });

  it('Output that is not read stays on the host.', async () => {
    const before = process.memoryUsage().rss;
    const pid = join(server.folder, 'pid');
    const script = 'echo $$ >"$0"; exec head -c 200000000 /dev/zero';
    const command = await transport.stream(['sh', '-c', script, pid]);
    await eventually(() => expect(readFileSync(pid, 'utf8')).toContain('\n'));
    const written = (): number => {
      const counters = readFileSync(`/proc/${readFileSync(pid, 'utf8').trim()}/io`, 'utf8');
      return Number(/^wchar: (\d+)$/m.exec(counters)?.[1]);
    };
    // The writer is blocked when its counter stands still in several readings.
    let [last, still] = [0, 0];
    await eventually(() => {
      const now = written();
      still = now === last && now > 65_536 ? still + 1 : 0;
      last = now;
      expect(still).toBe(10);
    });
    expect(last).toBeLessThan(60e6);
    expect(process.memoryUsage().rss - before).toBeLessThan(60e6);
    let size = 0;
    for await (const chunk of command.output) size += chunk.length;
    expect(size).toBe(200_000_000);
  });

  it('A command ends when its output is not read to the end.', async () => {
    const command = await transport.stream(['yes']);
    for await (const _ of command.output) break;
    expect((await command.ended).code).toBe(null);
    expect((await transport.run(['echo', 'still here'])).stdout.toString()).toBe('still here\n');
  });

  it('The message about a host that does not answer names it.', async () => {
    const { port } = server;
    await server.stop();
    await expect(createSshTransport(by(loginAt(server)))).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining(`[127.0.0.1]:${port}`) as string,
    });
    const silent = createServer(() => undefined).listen(port, '127.0.0.1');
    await expect(createSshTransport(by({ ...loginAt(server), readyTimeout: 200 }))).rejects.toMatchObject({
      code: 'unreachable',
      message: `[127.0.0.1]:${port} does not answer.`,
    });
    silent.close();
  });
});
