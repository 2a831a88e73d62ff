// The throughput of output over SSH, compared with the ssh command for the same data and the same server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { hasTool } from '../support/run-tool';
import { OUTPUT_BYTES, PRINT_LINES, useSshTransport } from '../support/ssh-output';
import { lacksSshd } from '../support/sshd';

const reason = lacksSshd() ?? (hasTool('ssh') ? undefined : 'needs ssh');

describe.skipIf(reason !== undefined)(`500 MB of output${reason ? ` (${reason})` : ''}`, () => {
  const { server, transport } = useSshTransport();

  async function ours(): Promise<number> {
    const started = performance.now();
    const command = await transport().stream(['sh', '-c', PRINT_LINES]);
    let size = 0;
    for await (const chunk of command.output) size += chunk.length;
    expect([size, (await command.ended).code]).toEqual([OUTPUT_BYTES, 0]);
    return OUTPUT_BYTES / 1e3 / (performance.now() - started);
  }

  /** The ssh command with its default settings. */
  async function theirs(): Promise<number> {
    const started = performance.now();
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'BatchMode=yes'];
    const args = [...options.flatMap((option) => ['-o', option]), '-F', '/dev/null', '-i', server().key];
    const ssh = spawn('ssh', [...args, '-p', `${server().port}`, 'root@127.0.0.1', PRINT_LINES], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let size = 0;
    ssh.stdout.on('data', (chunk: Buffer) => (size += chunk.length));
    await once(ssh, 'close');
    expect(size).toBe(OUTPUT_BYTES);
    return OUTPUT_BYTES / 1e3 / (performance.now() - started);
  }

  it('500 MB of output come over SSH, beside the ssh command.', { timeout: 180_000 }, async () => {
    const figures = { ours: [] as number[], theirs: [] as number[] };
    // The runs alternate, so that other processes slow both.
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
