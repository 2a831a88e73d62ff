// Hosts that change the keys of a connection often (RekeyLimit): nothing is lost, in either direction.
import { createHash, randomFillSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { hasTool } from '../support/run-tool';
import { CLIENTS, loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd } from '../support/sshd';
import { tempFolder } from '../support/temp-folder';

const reason = lacksSshd() ?? (hasTool('ssh') ? undefined : 'needs ssh');

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(reason !== undefined).each(CLIENTS)(`new keys, with %s${reason ? ` (${reason})` : ''}`, (_, by) => {
  it.each([
    ['1M', 30_000_000],
    ['100K', 3_000_000],
  ])(
    'after %s come while %i bytes go in each direction, which arrive whole',
    { timeout: 180_000 },
    async (limit, size) => {
      const server = await startSshd(`RekeyLimit ${limit}`, 'LogLevel DEBUG1');
      onTestFinished(() => server.stop());
      const folder = tempFolder();
      const transport = await createSshTransport(by(loginAt(server)));
      onTestFinished(() => transport.close());
      const bytes = randomFillSync(Buffer.alloc(size));
      const [here, there] = [join(folder, 'here'), join(folder, 'there')];
      writeFileSync(here, bytes);
      const start = changesIn(server.log());
      expect(hashOf((await transport.run(['cat', here])).stdout)).toBe(hashOf(bytes));
      const middle = changesIn(server.log());
      await transport.send({ path: there, bytes, mode: 0o600 });
      expect(hashOf(readFileSync(there))).toBe(hashOf(bytes));
      const end = changesIn(server.log());
      // In both directions at the same time.
      const [part, , whole] = await Promise.all([
        transport.readFile(here, 0, 1_000_000),
        transport.send({ path: there, bytes, mode: 0o600 }),
        transport.run(['cat', here]),
      ]);
      expect(hashOf(part)).toBe(hashOf(bytes.subarray(0, 1_000_000)));
      expect(hashOf(whole.stdout)).toBe(hashOf(bytes));
      process.stdout.write(`${limit}: ${middle - start} new keys while bytes come, ${end - middle} while they go\n`);
      expect(Math.min(middle - start, end - middle)).toBeGreaterThan(0);
    },
  );
});

/** The changes of keys in the server's log. */
const changesIn = (log: string): number => log.split('SSH2_MSG_NEWKEYS received').length - 1;
