// The output of a command goes to a file of this computer: by the client itself where it can, and then exactly the same.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createMedia } from '../../src-main/services/outputs';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import type { Argv, CommandOptions } from '../../src-main/transport/transport';
import { buildHost } from '../support/build-host';
import { eventually } from '../support/eventually';
import { hasTool, runTool } from '../support/run-tool';
import { CLIENTS, loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';
import { tempFolder } from '../support/temp-folder';
import { temporaryUser, type TemporaryUser } from '../support/temp-user';

const reason = lacksSshd() ?? (hasTool('ssh') ? undefined : 'needs ssh');

describe.skipIf(reason !== undefined).each(CLIENTS)(
  `output to a file, by %s${reason ? ` (${reason})` : ''}`,
  (_, by) => {
    let user: TemporaryUser;
    let server: SshServer;
    let transport: SshTransport;
    let file: string;
    beforeEach(async () => {
      user = temporaryUser('/bin/bash');
      server = await startSshd();
      // A greeting on both outputs, longer than the command's.
      writeFileSync(join(server.folder, 'home/.bashrc'), 'seq 2000; echo "warning: locale" >&2\n');
      transport = await createSshTransport(by(loginAt(server, { user: user.name, keys: [server.key] })));
      file = join(tempFolder(), 'file');
      writeFileSync(file, 'before ');
    });
    afterEach(async () => {
      transport?.close();
      await server?.stop();
      user?.remove();
    });

    /** Runs a command as a download does. */
    async function save(argv: Argv, options: CommandOptions = {}): Promise<{ code: number | null; stderr: string }> {
      const handle = await open(file, 'a+');
      try {
        const command = await transport.stream(argv, { input: '', appendTo: handle, ...options });
        for await (const chunk of command.output) await handle.appendFile(chunk);
        return await command.ended;
      } finally {
        await handle.close();
      }
    }

    it('follows what is in the file, without the greeting of the host', async () => {
      const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 256));
      const there = join(server.folder, 'home/bytes');
      writeFileSync(there, bytes);
      expect(await save(['cat', there])).toMatchObject({ code: 0 });
      expect(readFileSync(file).equals(Buffer.concat([Buffer.from('before '), bytes]))).toBe(true);
    });

    it('has no error text, which is in the answer with the status', async () => {
      const { code, stderr } = await save(['sh', '-c', 'echo out; echo wrong >&2; exit 3']);
      expect([code, stderr.trim().split('\n').at(-1)]).toEqual([3, 'wrong']);
      expect(readFileSync(file, 'utf8')).toBe('before out\n');
    });

    it('leaves the file as it was when the command cannot be started', async () => {
      await expect(save(['slipway-no-such-command'])).rejects.toMatchObject({ code: 'unsupported' });
      await expect(save(['true'], { folder: '/no/folder' })).rejects.toMatchObject({ code: 'unsupported' });
      expect(readFileSync(file, 'utf8')).toBe('before ');
    });

    it('ends with its command when the caller aborts', async () => {
      const stop = new AbortController();
      const saving = save(['sh', '-c', 'echo one; sleep 60'], { signal: stop.signal });
      await eventually(() => expect(readFileSync(file, 'utf8')).toBe('before one\n'));
      stop.abort();
      expect((await saving).code).toBe(null);
    });

    it('is refused with the reason when the disk is full', async () => {
      const there = join(server.folder, 'home/bytes');
      writeFileSync(there, Buffer.alloc(5_000_000, 'x'));
      const medium = { name: 'bytes', path: there, size: 5_000_000, modified: 1, bootable: null };
      const host = { ...buildHost(), transport, media: async () => ({ folder: '/x', media: [medium] }) };
      const to = join(tempFolder(), 'full');
      mkdirSync(to);
      runTool('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', to);
      onTestFinished(() => void runTool('umount', to));
      await expect(createMedia(host).copyOut({ path: '/x', name: 'bytes', to }, {})).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringMatching(/cannot be written: .*(space|full)/) as unknown,
      });
    });

    it('is not copied further than the announced size', async () => {
      const medium = { name: 'zero', path: '/dev/zero', size: 1024, modified: 1, bootable: null };
      const host = { ...buildHost(), transport, media: async () => ({ folder: '/x', media: [medium] }) };
      const to = tempFolder();
      await expect(createMedia(host).copyOut({ path: '/x', name: 'zero', to }, {})).rejects.toMatchObject({
        code: 'conflict',
      });
      expect(readdirSync(to)).toEqual([]);
    });
  },
);
