import { afterAll, beforeAll, describe } from 'vitest';
import { useBuildHost } from '../support/build-host';
import { sshHost } from '../support/ssh-host';
import { loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';

const reason = lacksSshd();

/** Runs tests of services on this computer again, with a build host behind OpenSSH's server. `sshdLines` come first in its configuration. */
export function describeOverSsh(importTests: () => Promise<unknown>, ...sshdLines: string[]): void {
  let server: SshServer;
  const { host, link } = sshHost(() => loginAt(server));
  describe.skipIf(reason !== undefined)(`Over SSH${reason ? ` (${reason})` : ''}:`, async () => {
    beforeAll(async () => {
      server = await startSshd(...sshdLines);
    });
    afterAll(async () => {
      link.close();
      await server?.stop();
    });
    useBuildHost(host);
    await importTests();
  });
}
