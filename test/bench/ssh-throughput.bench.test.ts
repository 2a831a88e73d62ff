// How fast output comes over SSH, beside the ssh command with the same data and the same server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { hasTool } from '../support/run-tool';
import { loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';

const reason = lacksSshd() ?? (hasTool('ssh') ? undefined : 'needs ssh');
const BYTES = 500_000_000;

describe.skipIf(reason !== undefined)(`500 MB of output${reason ? ` (${reason})` : ''}`, () => {
  let server: SshServer;
  let transport: SshTransport;
  beforeAll(async () => {
    server = await startSshd();
    transport = await createSshTransport(loginAt(server));
  });
  afterAll(async () => {
    transport?.close();
    await server?.stop();
  });

  const LINES = `yes 'unpacking usr/share/doc/package/changelog.Debian.gz' | head -c ${BYTES}`;

  async function ours(): Promise<number> {
    const started = performance.now();
    const command = await transport.stream(['sh', '-c', LINES]);
    let size = 0;
    for await (const chunk of command.output) size += chunk.length;
    expect([size, (await command.ended).code]).toEqual([BYTES, 0]);
    return BYTES / 1e3 / (performance.now() - started);
  }

  /** The ssh command, as it comes. */
  async function theirs(): Promise<number> {
    const started = performance.now();
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'BatchMode=yes'];
    const words = [...options.flatMap((option) => ['-o', option]), '-F', '/dev/null', '-i', server.key];
    const ssh = spawn('ssh', [...words, '-p', `${server.port}`, 'root@127.0.0.1', LINES], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let size = 0;
    ssh.stdout.on('data', (chunk: Buffer) => (size += chunk.length));
    await once(ssh, 'close');
    expect(size).toBe(BYTES);
    return BYTES / 1e3 / (performance.now() - started);
  }

  it('500 MB of output come over SSH, beside the ssh command.', { timeout: 180_000 }, async () => {
    const figures = { ours: [] as number[], theirs: [] as number[] };
    // In turn, so that a neighbour slows both.
    for (let round = 0; round < 3; round++) {
      figures.ours.push(await ours());
      figures.theirs.push(await theirs());
    }
    const best = { ours: Math.max(...figures.ours), theirs: Math.max(...figures.theirs) };
    process.stdout.write(
      `500 MB over SSH: ${best.ours.toFixed(0)} MB/s, ${(best.ours / best.theirs).toFixed(2)} of the ssh command\n`,
    );
  });
});
