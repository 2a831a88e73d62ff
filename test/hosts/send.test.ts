// Files that are sent to a host are complete or absent.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { eventually } from '../support/eventually';
import { runTool } from '../support/run-tool';
import { CLIENTS, loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';

const reason = lacksSshd();

const title = reason ? ` (${reason})` : '';

describe.skipIf(reason !== undefined).each(CLIENTS)(`a file for a host, by %s${title}`, (_, by) => {
  let server: SshServer;
  let transport: SshTransport;
  let folder: string;
  let hasFull = false;
  beforeEach(async () => {
    server = await startSshd();
    transport = await createSshTransport(by(loginAt(server)));
    folder = mkdtempSync(join(tmpdir(), 'slipway-send-'));
  });
  afterEach(async () => {
    transport?.close();
    if (hasFull) runTool('umount', join(folder, 'full'));
    hasFull = false;
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is there with its bytes and its mode, in a folder for the account alone', async () => {
    const bytes = randomBytes(3_000_001);
    const path = join(folder, "it's", 'deep $(x)', 'file');
    await transport.send({ path, bytes, mode: 0o755 });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect([statSync(path).mode & 0o777, statSync(join(folder, "it's")).mode & 0o777]).toEqual([0o755, 0o700]);
    await transport.send({ path, bytes: Buffer.from('shorter'), mode: 0o600 });
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['shorter', 0o600]);
    expect(readdirSync(join(folder, "it's", 'deep $(x)'))).toEqual(['file']);
  });

  it('stays as it was when the connection is cut in the middle, and can be sent again', async () => {
    const path = join(folder, 'engine');
    writeFileSync(path, 'the old one');
    const bytes = randomBytes(200_000_000);
    const sending = transport.send({ path, bytes, mode: 0o644 });
    const failing = expect(sending).rejects.toMatchObject({ code: 'unreachable' });
    await eventually(() => expect(readdirSync(folder).some((name) => name.includes('.part-'))).toBe(true));
    server.cut();
    await failing;
    expect(readFileSync(path, 'utf8')).toBe('the old one');
    // The remains of a transfer are removed when they are old.
    for (const name of readdirSync(folder))
      if (name.includes('.part-')) runTool('touch', '-d', '2 hours ago', join(folder, name));
    transport = await createSshTransport(by(loginAt(server)));
    await transport.send({ path, bytes: Buffer.from('the new one'), mode: 0o644 });
    expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['the new one', ['engine']]);
  });

  it('is refused with the reason when the disk has no room, and leaves nothing', async () => {
    const full = join(folder, 'full');
    mkdirSync(full);
    runTool('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', full);
    hasFull = true;
    const path = join(full, 'engine');
    await expect(transport.send({ path, bytes: randomBytes(5_000_000), mode: 0o644 })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(
        /^.*engine cannot be written on .*: the disk is full \(\d+ bytes are free, 5000000 are needed\)\.$/,
      ),
    });
    expect(readdirSync(full)).toEqual([]);
  });
});
