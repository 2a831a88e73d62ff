import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../src-shared/errors';
import { toWireError } from '../../src-main/rpc/errors';
import { report } from '../support/faults/count';
import { LIES } from '../support/hostile/lies';
import { lacksSftp, startLyingHost } from '../support/hostile/lying-host';
import { sshHost } from '../support/ssh-host';
import { tempFolder } from '../support/temp-folder';

const READY_TIMEOUT_MS = 3000;
const MAX_MESSAGE = 20_000;

let survived = 0;
afterAll(() => report(`lying hosts: ${survived} of ${LIES.length} kinds end in an error of the host`));

it.skipIf(lacksSftp !== undefined).each(LIES)(
  'A host that %s is an error of that host, within limits, and nothing of it runs here.',
  async (_, lie) => {
    const folder = tempFolder();
    const home = join(folder, 'home');
    mkdirSync(home);
    const manifest = join(folder, 'manifest.xml');
    writeFileSync(manifest, '<distribution name="x"/>');
    const server = await startLyingHost(lie, home);
    const { host, link } = sshHost(() => ({
      target: { host: '127.0.0.1', port: server.port, login: { user: 'x', answer: async () => [] } },
      hostKeys: { read: [], own: join(folder, 'known_hosts'), accept: async () => true },
      readyTimeout: READY_TIMEOUT_MS,
    }));
    onTestFinished(async () => {
      link.close();
      await server.stop();
    });
    const before = process.memoryUsage().rss;
    const error: unknown = await host.status(manifest).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(AppError);
    expect(toWireError(error).message.length).toBeLessThan(MAX_MESSAGE);
    expect(process.memoryUsage().rss - before).toBeLessThan(1e9);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    for (const place of [process.cwd(), folder, home]) expect(existsSync(join(place, 'pwned'))).toBe(false);
    survived++;
  },
);
