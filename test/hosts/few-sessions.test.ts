// Hosts whose sshd allows few sessions on a connection (MaxSessions): commands wait for each other, and files go through commands.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectOptions } from '../../src-main/transport/ssh/connection';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { eventually } from '../support/eventually';
import { hasTool } from '../support/run-tool';
import { sshHost } from '../support/ssh-host';
import { CLIENTS, loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';
import { tempFolder } from '../support/temp-folder';

const reason = lacksSshd() ?? (hasTool('ssh') ? undefined : 'needs ssh');

describe.skipIf(reason !== undefined).each(CLIENTS)(`few sessions, with %s${reason ? ` (${reason})` : ''}`, (_, by) => {
  let server: SshServer;
  let transport: SshTransport;
  let folder: string;
  beforeEach(() => void (folder = tempFolder()));
  afterEach(async () => {
    transport?.close();
    await server?.stop();
  });

  async function options(sessions: number): Promise<ConnectOptions> {
    server = await startSshd(`MaxSessions ${sessions}`);
    return by(loginAt(server));
  }

  it.each([1, 2, 3])(
    'runs twelve commands at once and reads files meanwhile where %i are allowed',
    async (sessions) => {
      transport = await createSshTransport(await options(sessions));
      const file = join(folder, 'file');
      writeFileSync(file, 'text of the file');
      expect((await transport.readFile(file, 0, 4)).toString()).toBe('text');
      const numbers = Array.from({ length: 12 }, (_, at) => `${at}`);
      const outputs = numbers.map(async (text) => (await transport.run(['echo', text])).stdout.toString());
      const reads = numbers.map(async () => (await transport.readFile(file, 5, 2)).toString());
      expect(await Promise.all(outputs)).toEqual(numbers.map((text) => `${text}\n`));
      expect(new Set(await Promise.all(reads))).toEqual(new Set(['of']));
      await transport.send({ path: join(folder, 'sent'), bytes: Buffer.from('sent'), mode: 0o600 });
      expect(readFileSync(join(folder, 'sent'), 'utf8')).toBe('sent');
      const { ended } = await transport.startDetached(['sh', '-c', 'echo done; exit 4']);
      expect(await ended).toEqual({ code: 4, output: 'done\n' });
    },
  );

  it.each([1, 2, 3])(
    'ends a command and its descendants when the caller aborts where %i are allowed',
    async (sessions) => {
      transport = await createSshTransport(await options(sessions));
      expect(await transport.hasOneSession()).toBe(sessions === 1);
      const stop = new AbortController();
      const pids = join(folder, `pid-${sessions}`);
      const line = `sleep 60 & echo $! >'${pids}'; echo ready; wait`;
      const command = await transport.stream(['sh', '-c', line], { signal: stop.signal, input: '' });
      const output = command.output[Symbol.asyncIterator]();
      expect((await output.next()).value?.toString()).toBe('ready\n');
      const next = transport.run(['echo', 'next']);
      stop.abort();
      expect((await output.next()).done).toBe(true);
      expect((await command.ended).code).toBe(null);
      await eventually(() => expect(() => process.kill(Number(readFileSync(pids, 'utf8')), 0)).toThrow('ESRCH'));
      expect((await next).stdout.toString()).toBe('next\n');
    },
  );

  it('leaves no process of its own behind a command where one is allowed', async () => {
    transport = await createSshTransport(await options(1));
    await transport.hasOneSession();
    const { stdout } = await transport.run(['sh', '-c', 'ps -o pgid= -p $$']);
    const group = Number(stdout.toString());
    await eventually(() => expect(() => process.kill(-group, 0)).toThrow('ESRCH'));
  });

  it('refuses a shell, which would keep the only session, and names the setting', async () => {
    transport = await createSshTransport(await options(1));
    await transport.hasOneSession();
    await expect(transport.stream(['cat'])).rejects.toMatchObject({
      code: 'unsupported',
      hint: expect.stringContaining('MaxSessions') as unknown,
    });
    expect((await transport.run(['echo', 'next'])).stdout.toString()).toBe('next\n');
  });

  it('names the setting where none is allowed', { timeout: 60_000 }, async () => {
    transport = await createSshTransport(await options(0));
    await expect(transport.run(['true'])).rejects.toMatchObject({
      code: 'unsupported',
      hint: expect.stringContaining('MaxSessions') as unknown,
    });
  });

  it('connects a build host with one session, and reports it', async () => {
    const connectOptions = await options(1);
    const { link } = sshHost(() => connectOptions);
    const { facts } = await link.connect();
    expect(facts).toMatchObject({ oneSession: true, engine: 'slipway' });
    link.close();
  });
});
