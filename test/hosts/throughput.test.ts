// How fast and with how much memory much output comes over SSH, beside the ssh command with the same data and the same server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { hasTool } from '../support/run-tool';
import { loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';

const reason = lacksSshd() ?? (hasTool('ssh') ? undefined : 'needs ssh');
const BYTES = 500_000_000;
const MIB = 1024 * 1024;

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

  it('come about as fast as with the ssh command', { timeout: 180_000 }, async () => {
    const figures = { ours: [] as number[], theirs: [] as number[] };
    // In turn, so that a neighbour slows both.
    for (let round = 0; round < 3; round++) {
      figures.ours.push(await ours());
      figures.theirs.push(await theirs());
    }
    const best = { ours: Math.max(...figures.ours), theirs: Math.max(...figures.theirs) };
    process.stdout.write(
      `500 MB over SSH: ${best.ours.toFixed(0)} MB/s, the ssh command ${best.theirs.toFixed(0)} MB/s\n`,
    );
    expect(best.ours).toBeGreaterThan(0.75 * best.theirs);
  });

  it('need little memory, however slowly they are read', { timeout: 180_000 }, async () => {
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    let most = 0;
    const command = await transport.stream(['sh', '-c', LINES]);
    let size = 0;
    let chunks = 0;
    for await (const chunk of command.output) {
      size += chunk.length;
      // Somebody else has a turn now and then: what nobody reads must wait on the host.
      if (chunks++ % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(size).toBe(BYTES);
    process.stdout.write(`500 MB over SSH: ${(most / MIB).toFixed(0)} MiB more memory\n`);
    expect(most).toBeLessThan(128 * MIB);
  });

  it('on standard error keep their end only', { timeout: 180_000 }, async () => {
    const before = process.memoryUsage().rss;
    const { code, stderr } = await transport.run(['sh', '-c', `{ ${LINES}; echo the end; } >&2; exit 3`]);
    expect([code, stderr.slice(-8)]).toEqual([3, 'the end\n']);
    expect(stderr.length).toBeLessThanOrEqual(MIB);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * MIB);
  });
});
