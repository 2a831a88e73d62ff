// Hosts whose SFTP does not work: files go through commands.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { eventually } from '../support/eventually';
import { runTool } from '../support/run-tool';
import { loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';
import { tempFolder } from '../support/temp-folder';
import { temporaryUser, type TemporaryUser } from '../support/temp-user';

const reason = lacksSshd();

describe.skipIf(reason !== undefined)(`a host without SFTP${reason ? ` (${reason})` : ''}`, () => {
  let user: TemporaryUser;
  let server: SshServer;
  let transport: SshTransport;
  let folder: string;
  beforeEach(() => {
    user = temporaryUser('/bin/bash');
    folder = tempFolder();
    runTool('chmod', '777', folder);
  });
  afterEach(async () => {
    transport?.close();
    await server?.stop();
    user?.remove();
  });

  async function connect(...lines: string[]): Promise<void> {
    server = await startSshd(...lines);
    writeFileSync(join(server.folder, 'home/.bashrc'), 'echo "Welcome %d"; cat /etc/os-release\n');
    transport = await createSshTransport(loginAt(server, { user: user.name, keys: [server.key] }));
  }

  it.each([
    ['has no such subsystem', 'Subsystem other /bin/true'],
    ['has a server program that is not there', 'Subsystem sftp /usr/lib/openssh/not-there'],
    ['has a server program that ends at once', 'Subsystem sftp /bin/false'],
    ['prints a greeting into it', 'Subsystem sftp /usr/lib/openssh/sftp-server'],
  ])('reads, lists, watches and gets files when it %s', async (_, line) => {
    await connect(line);
    const path = join(folder, "it's a file");
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 7) % 256));
    await transport.send({ path, bytes, mode: 0o640 });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect((await transport.readFile(path, 5, 60_000)).equals(bytes.subarray(5, 60_005))).toBe(true);
    expect((await transport.readFile(path, 69_999, 10)).equals(bytes.subarray(69_999))).toBe(true);
    expect((await transport.readFile(path, 80_000, 10)).length).toBe(0);
    expect(await transport.list(folder)).toEqual(["it's a file"]);
    expect(await transport.list(join(folder, 'none'))).toEqual([]);
    await expect(transport.readFile(join(folder, 'none'), 0, 1)).rejects.toMatchObject({ code: 'missing' });
    await expect(transport.readFile(folder, 0, 1)).rejects.toMatchObject({ code: 'missing' });
    const ending = new AbortController();
    let changes = 0;
    const watching = (async () => {
      for await (const _ of transport.changes(path, ending.signal)) changes++;
    })();
    await eventually(() => expect(changes).toBeGreaterThan(0));
    const before = changes;
    writeFileSync(path, 'shorter');
    await eventually(() => expect(changes).toBeGreaterThan(before));
    ending.abort();
    await watching;
    const { ended } = await transport.startDetached(['sh', '-c', 'echo done; exit 4'], { env: { TMPDIR: folder } });
    expect(await ended).toEqual({ code: 4, output: 'done\n' });
  });

  it('distinguishes a file that it may not read from one that is not there', async () => {
    await connect('Subsystem other /bin/true');
    const locked = tempFolder();
    writeFileSync(join(locked, 'file'), 'secret', { mode: 0o600 });
    await expect(transport.readFile(join(locked, 'file'), 0, 1)).rejects.toMatchObject({ code: 'refused' });
    runTool('chmod', '755', locked);
    await expect(transport.readFile(join(locked, 'file'), 0, 1)).rejects.toMatchObject({ code: 'refused' });
    await expect(transport.readFile(join(locked, 'none'), 0, 1)).rejects.toMatchObject({ code: 'missing' });
  });
});
