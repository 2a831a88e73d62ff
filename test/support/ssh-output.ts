import { afterAll, beforeAll } from 'vitest';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { loginAt } from './ssh-login';
import { startSshd, type SshServer } from './sshd';

/** The bytes that `PRINT_LINES` prints. */
export const OUTPUT_BYTES = 500_000_000;

/** A shell command that prints lines as a package manager does, with this number of bytes. */
export const printLines = (bytes: number): string =>
  `yes 'unpacking usr/share/doc/package/changelog.Debian.gz' | head -c ${bytes}`;

/** The same, with `OUTPUT_BYTES`. */
export const PRINT_LINES = printLines(OUTPUT_BYTES);

/** A server and a transport to it for all tests of a `describe`. */
export function useSshTransport(): { server(): SshServer; transport(): SshTransport } {
  let server: SshServer | undefined;
  let transport: SshTransport | undefined;
  beforeAll(async () => {
    server = await startSshd();
    transport = await createSshTransport(loginAt(server));
  });
  afterAll(async () => {
    transport?.close();
    await server?.stop();
  });
  const started = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the SSH server starts with the first test');
    return value;
  };
  return { server: () => started(server), transport: () => started(transport) };
}
