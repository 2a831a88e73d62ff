// All that is shown of builds on this computer, shown over SSH: the same tests, with a build host at the other end of OpenSSH's server.
import { afterAll, beforeAll, describe } from 'vitest';
import { useBuildHost } from '../support/build-host';
import { sshHost } from '../support/ssh-host';
import { loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';

const reason = lacksSshd();
let server: SshServer;
const { host, link } = sshHost(() => loginAt(server));

describe.skipIf(reason !== undefined)(`over SSH${reason ? ` (${reason})` : ''}`, async () => {
  beforeAll(async () => {
    server = await startSshd();
  });
  afterAll(async () => {
    link.close();
    await server?.stop();
  });
  useBuildHost(host);
  await import('../main/services/builds/builds.test');
  await import('../main/services/builds/staleness.test');
  await import('../main/services/logs/logs.test');
  await import('../main/services/checkpoint-files/checkpoint-files.test');
  await import('../main/services/checkpoint-shell/checkpoint-shell.test');
  await import('../main/services/outputs/outputs.test');
  await import('../main/services/support-bundle/support-bundle.test');
  await import('../main/services/packages/packages.test');
});
