// How fast output and files come over SSH by each client, beside the ssh command with the same data, the same server and in the same run;
// in Node, and in Electron's runtime, whose crypto library is another one.
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { electronRuntime } from '../support/electron-runtime';
import { hasTool, runTool } from '../support/run-tool';
import { OUTPUT_BYTES, PRINT_LINES } from '../support/ssh-output';
import type { Throughput, ThroughputJob } from '../support/ssh-throughput-child';
import { lacksSshd, startSshd } from '../support/sshd';
import { tempFolder } from '../support/temp-folder';

const reason = lacksSshd() ?? (hasTool('ssh') ? undefined : 'needs ssh');
const SENT_BYTES = 200_000_000;
const ROUNDS = 3;

const median = (figures: readonly number[] = []): number =>
  [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN;

describe.skipIf(reason !== undefined)(`output and files over SSH${reason ? ` (${reason})` : ''}`, () => {
  let runtimes: Record<string, string>;
  beforeAll(async () => {
    const electron = await electronRuntime();
    runtimes = { Node: process.execPath, ...('executable' in electron && { Electron: electron.executable }) };
  });

  it.each(['Node', 'Electron'])('Output and files come over SSH, beside the ssh command, in %s.', async (name) => {
    const runtime = runtimes[name];
    if (runtime === undefined) return void process.stdout.write(`${name}: there is no runtime\n`);
    const folder = tempFolder();
    const server = await startSshd();
    onTestFinished(() => server.stop());
    const file = join(folder, 'file');
    runTool('sh', '-c', `${PRINT_LINES} >'${file}'`);
    mkdirSync(join(folder, 'copies'));
    const child = join(folder, 'child.cjs');
    await build({
      entryPoints: [join(import.meta.dirname, '../support/ssh-throughput-child.ts')],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['*.node', 'cpu-features'],
      logLevel: 'error',
      outfile: child,
    });
    const job: ThroughputJob = {
      server: { port: server.port, folder: server.folder, key: server.key },
      print: PRINT_LINES,
      bytes: OUTPUT_BYTES,
      file,
      folder: join(folder, 'copies'),
      sent: SENT_BYTES,
      rounds: ROUNDS,
    };
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', SLIPWAY_THROUGHPUT: JSON.stringify(job) };
    const { stdout } = await promisify(execFile)(runtime, [child], { env, maxBuffer: 1 << 24 });
    const figures = JSON.parse(stdout) as Throughput;
    for (const [kind, ways] of Object.entries(figures)) {
      const command = ways['command'] ?? [];
      const text = ['built-in', 'ssh'].map((way) => {
        const ratios = (ways[way] ?? []).map((speed, round) => speed / (command[round] ?? NaN));
        return `${way} ${median(ways[way]).toFixed(0)} MB/s (${median(ratios).toFixed(2)} of the ssh command)`;
      });
      process.stdout.write(`${name}, ${kind}: ${text.join(', ')}; ssh command ${median(command).toFixed(0)} MB/s\n`);
      expect(Object.values(ways).map((all) => all.length)).toEqual([ROUNDS, ROUNDS, ROUNDS]);
    }
  });
});
