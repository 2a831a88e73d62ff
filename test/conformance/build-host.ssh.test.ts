import { TestProject } from '../support/engine';
import { sshHost } from '../support/ssh-host';
import { loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';
import { describeBuildHost } from './build-host';

let server: SshServer;
const { host, link } = sshHost(() => loginAt(server));

describeBuildHost({
  name: 'over SSH',
  lacks: lacksSshd(),
  properties: { knowsFreshness: true, movesPause: true, prunes: true, readsFiles: true, hasOwnCommands: true },
  async setUp() {
    server = await startSshd();
  },
  async tearDown() {
    link.close();
    await server?.stop();
  },
  open: (steps) => ({ host, project: new TestProject({ steps }) }),
});
