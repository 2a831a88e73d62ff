// How much memory much output over SSH needs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';

const reason = lacksSshd();
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

  it('500 MB of output that is read slowly needs little memory.', { timeout: 600_000 }, async () => {
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    let most = 0;
    const command = await transport.stream(['sh', '-c', LINES]);
    let size = 0;
    let chunks = 0;
    for await (const chunk of command.output) {
      size += chunk.length;
      // The event loop runs other work now and then. Output that is not read must wait on the host.
      if (chunks++ % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(size).toBe(BYTES);
    process.stdout.write(`500 MB over SSH: ${(most / MIB).toFixed(0)} MiB more memory\n`);
    expect(most).toBeLessThan(128 * MIB);
  });

  it('Only the end of 500 MB on standard error is kept.', { timeout: 600_000 }, async () => {
    const before = process.memoryUsage().rss;
    const { code, stderr } = await transport.run(['sh', '-c', `{ ${LINES}; echo the end; } >&2; exit 3`]);
    expect([code, stderr.slice(-8)]).toEqual([3, 'the end\n']);
    expect(stderr.length).toBeLessThanOrEqual(MIB);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * MIB);
  });
});
