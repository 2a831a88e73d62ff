// The memory that much output over SSH needs.
import { describe, expect, it } from 'vitest';
import { count } from '../support/faults/count';
import { OUTPUT_BYTES, printLines, useSshTransport } from '../support/ssh-output';
import { lacksSshd } from '../support/sshd';

const reason = lacksSshd();
const MIB = 1024 * 1024;
/** More than the memory that is allowed. */
const BYTES = count(200_000_000, OUTPUT_BYTES);
const PRINT = printLines(BYTES);
const SIZE = `${BYTES / 1e6} MB`;

describe.skipIf(reason !== undefined)(`${SIZE} of output${reason ? ` (${reason})` : ''}`, () => {
  const { transport } = useSshTransport();

  it('need little memory when they are read slowly', { timeout: 600_000 }, async () => {
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    let most = 0;
    const command = await transport().stream(['sh', '-c', PRINT]);
    let size = 0;
    let chunks = 0;
    for await (const chunk of command.output) {
      size += chunk.length;
      // The event loop runs other work now and then. Output that is not read must wait on the host.
      if (chunks++ % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(size).toBe(BYTES);
    process.stdout.write(`${SIZE} over SSH: ${(most / MIB).toFixed(0)} MiB more memory\n`);
    expect(most).toBeLessThan(128 * MIB);
  });

  it('leave their last part only when they are on standard error', { timeout: 600_000 }, async () => {
    const before = process.memoryUsage().rss;
    const { code, stderr } = await transport().run(['sh', '-c', `{ ${PRINT}; echo the end; } >&2; exit 3`]);
    expect([code, stderr.slice(-8)]).toEqual([3, 'the end\n']);
    expect(stderr.length).toBeLessThanOrEqual(MIB);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * MIB);
  });
});
