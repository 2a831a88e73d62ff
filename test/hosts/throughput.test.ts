// The memory that much output over SSH needs.
import { describe, expect, it } from 'vitest';
import { OUTPUT_BYTES, PRINT_LINES, useSshTransport } from '../support/ssh-output';
import { lacksSshd } from '../support/sshd';

const reason = lacksSshd();
const MIB = 1024 * 1024;

describe.skipIf(reason !== undefined)(`500 MB of output${reason ? ` (${reason})` : ''}`, () => {
  const { transport } = useSshTransport();

  it('need little memory when they are read slowly', { timeout: 600_000 }, async () => {
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    let most = 0;
    const command = await transport().stream(['sh', '-c', PRINT_LINES]);
    let size = 0;
    let chunks = 0;
    for await (const chunk of command.output) {
      size += chunk.length;
      // The event loop runs other work now and then. Output that is not read must wait on the host.
      if (chunks++ % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(size).toBe(OUTPUT_BYTES);
    process.stdout.write(`500 MB over SSH: ${(most / MIB).toFixed(0)} MiB more memory\n`);
    expect(most).toBeLessThan(128 * MIB);
  });

  it('leave their last part only when they are on standard error', { timeout: 600_000 }, async () => {
    const before = process.memoryUsage().rss;
    const { code, stderr } = await transport().run(['sh', '-c', `{ ${PRINT_LINES}; echo the end; } >&2; exit 3`]);
    expect([code, stderr.slice(-8)]).toEqual([3, 'the end\n']);
    expect(stderr.length).toBeLessThanOrEqual(MIB);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * MIB);
  });
});
