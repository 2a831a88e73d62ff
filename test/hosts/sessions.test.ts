// Hosts that allow few sessions in one connection, as hardened servers do.
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { CLIENTS, loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd } from '../support/sshd';

const reason = lacksSshd();

describe.skipIf(reason !== undefined).each(CLIENTS)(`few sessions, %s${reason ? ` (${reason})` : ''}`, (_, by) => {
  async function connected(sessions: number): Promise<SshTransport> {
    const server = await startSshd(`MaxSessions ${sessions}`);
    onTestFinished(() => server.stop());
    const transport = await createSshTransport(by(loginAt(server)));
    onTestFinished(() => transport.close());
    return transport;
  }

  it('Commands at the same time wait for each other.', async () => {
    const transport = await connected(2);
    const texts = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const results = await Promise.all(texts.map((text) => transport.run(['echo', text])));
    expect(results.map(({ stdout }) => stdout.toString().trim())).toEqual(texts);
  });

  it('A host that opens no session is not a lost connection, and the hint names the setting.', async () => {
    const transport = await connected(0);
    await expect(transport.run(['true'])).rejects.toMatchObject({
      message: expect.stringContaining('does not accept the command') as string,
      hint: expect.stringContaining('MaxSessions') as string,
    });
  });
});
