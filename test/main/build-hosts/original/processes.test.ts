import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findBuild } from '../../../../src-main/build-hosts/original/processes';
import { createLocalTransport } from '../../../../src-main/transport/local';

let folder: string;
let logs: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-processes-'));
  logs = ['2026-01-01', '2026-01-02'].map((day) => join(folder, `detail-log-${day}-00-00-00`));
  for (const log of logs) writeFileSync(log, '');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('The build is the process of which the others that write its log are descendants, also when a listed one has ended.', async () => {
  const transport = createLocalTransport();
  const ended = spawnSync('true').pid;
  expect(await findBuild(transport, logs)).toBeUndefined();
  const build = spawn('sh', ['-c', 'exec 3>>"$1"; sleep 600 & echo ready; wait', 'sh', logs[0] ?? ''], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  try {
    await once(build.stdout, 'data');
    const found = await findBuild(
      {
        ...transport,
        // A descendant that ends after it was listed. It has a lower number where numbers began again.
        async run(argv, options) {
          const result = await transport.run(argv, options);
          const isListing = result.stdout.toString().startsWith('0 ');
          return isListing
            ? { ...result, stdout: Buffer.from(`${result.stdout.toString().trimEnd()} ${ended}\n`) }
            : result;
        },
      },
      logs,
    );
    expect(found).toMatchObject({ log: logs[0], process: { pid: build.pid, group: build.pid } });
  } finally {
    process.kill(-(build.pid ?? 0), 'SIGKILL');
  }
});
