import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalTransport } from '../../src-main/transport/local';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import type { RunningCommand, Transport } from '../../src-main/transport/transport';
import { eventually } from '../support/eventually';
import { bySystem, loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';

const reason = lacksSshd();
const hard = `it's "$HOME" \`id\` $(id) \\ дом`;

describe.each(['local', 'ssh', 'ssh command'] as const)(`the transport %s`, (kind) => {
  if (kind !== 'local' && reason !== undefined) return it.skip(`over SSH: ${reason}`, () => undefined);
  let folder: string;
  let transport: Transport;
  let server: SshServer | undefined;
  let ssh: SshTransport | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-transport-'));
    if (kind === 'local') transport = createLocalTransport();
    else {
      server = await startSshd();
      const options = loginAt(server);
      ssh = transport = await createSshTransport(kind === 'ssh' ? options : bySystem(options));
    }
  });

  afterAll(async () => {
    ssh?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('returns the end of a command and both outputs', async () => {
    const { code, stdout, stderr } = await transport.run(['sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect([code, stdout.toString(), stderr]).toEqual([3, 'out\n', 'err\n']);
  });

  it('passes arguments, folder and environment to a command unchanged', async () => {
    const there = join(folder, hard);
    mkdirSync(there, { recursive: true });
    const { stdout } = await transport.run(
      ['sh', '-c', 'printf "%s|" "$@"; pwd; printf "%s" "$WORD"', hard, hard, ''],
      {
        folder: there,
        env: { WORD: `${hard}\nsecond` },
      },
    );
    expect(stdout.toString()).toBe(`${hard}||${there}\n${hard}\nsecond`);
  });

  it('does not run a command in another folder than it should', async () => {
    const marker = join(folder, 'marker');
    await expect(transport.run(['touch', marker], { folder: join(folder, 'none') })).rejects.toMatchObject({
      name: 'AppError',
      code: 'unsupported',
    });
    expect(await transport.list(folder)).not.toContain('marker');
  });

  it('reports a missing command by each of the three ways to start one', async () => {
    const refusal = { name: 'AppError', code: 'unsupported' };
    await expect(transport.run(['slipway-no-such-command'])).rejects.toMatchObject(refusal);
    await expect(transport.stream(['slipway-no-such-command'])).rejects.toMatchObject(refusal);
    await expect(transport.startDetached(['slipway-no-such-command'])).rejects.toMatchObject(refusal);
  });

  it('returns no exit status for a command that a signal ended', async () => {
    expect((await transport.run(['sh', '-c', 'kill -9 $$'])).code).toBe(null);
  });

  it('ends a command and all its descendants when the caller aborts', async () => {
    const stop = new AbortController();
    const pids = join(folder, 'pids');
    const command = await transport.stream(['sh', '-c', `sleep 60 & echo $! > ${pids}; echo ready; wait`], {
      signal: stop.signal,
    });
    await firstOf(command);
    stop.abort();
    void drain(command);
    expect((await command.ended).code).toBe(null);
    const pid = Number(readFileSync(pids, 'utf8'));
    await eventually(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'));
  });

  it('passes input to the command, and its output while it runs', async () => {
    const command = await transport.stream(['sh', '-c', 'read line; echo "got $line"; read line; echo "end $line"']);
    const chunks = command.output[Symbol.asyncIterator]();
    command.write('one\n');
    expect((await chunks.next()).value?.toString()).toBe('got one\n');
    command.write(Buffer.from('two\n'));
    expect((await chunks.next()).value?.toString()).toBe('end two\n');
    expect((await chunks.next()).done).toBe(true);
    expect((await command.ended).code).toBe(0);
  });

  it('delivers every byte of 16 MiB, and of text that is not UTF-8', async () => {
    const bytes = Buffer.alloc(16 * 1024 * 1024);
    for (let at = 0; at < bytes.length; at++) bytes[at] = (at * 2654435761) >>> 24;
    const file = join(folder, 'bytes');
    writeFileSync(file, bytes);
    expect((await transport.run(['cat', file])).stdout.equals(bytes)).toBe(true);
    const command = await transport.stream(['cat', file]);
    expect((await drain(command)).equals(bytes)).toBe(true);
    const odd = await transport.run(['printf', '\\377\\300a\\0']);
    expect([...odd.stdout]).toEqual([0xff, 0xc0, 0x61, 0]);
  });

  it('reads a file from an offset', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '0123456789');
    const at = async (offset: number, length: number): Promise<string> =>
      (await transport.readFile(file, offset, length)).toString();
    expect([await at(0, 4), await at(6, 100), await at(10, 5), await at(50, 5)]).toEqual(['0123', '6789', '', '']);
    await expect(transport.readFile(join(folder, 'none'), 0, 1)).rejects.toMatchObject({ code: 'missing' });
  });

  it('lists a folder, and lists nothing for a missing folder or a file', async () => {
    const there = join(folder, 'list');
    mkdirSync(there);
    for (const name of ['a', '.b', hard.replaceAll('/', '')]) writeFileSync(join(there, name), '');
    expect([...(await transport.list(there))].sort()).toEqual(['.b', 'a', hard].sort());
    expect(await transport.list(join(there, 'none'))).toEqual([]);
    expect(await transport.list(join(there, 'a'))).toEqual([]);
  });

  it('has another stamp for a file that has changed, also within a second and without a new size', async () => {
    const there = join(folder, 'stamps');
    mkdirSync(there);
    const stamps = new Set([await transport.stamp(there), await transport.stamp(join(there, 'f'))]);
    const none = await transport.stamp(join(there, 'f'));
    for (const text of ['one', 'two']) {
      writeFileSync(join(there, 'f'), text);
      const now = await transport.stamp(there);
      expect(stamps.has(now)).toBe(false);
      expect(await transport.stamp(there)).toBe(now);
      stamps.add(now);
      expect(await transport.stamp(join(there, 'f'))).not.toBe(none);
    }
  });

  it('reports changes, the first one at once, until the signal aborts', async () => {
    const there = join(folder, 'changes');
    mkdirSync(there);
    const stop = new AbortController();
    let reported = 0;
    const all = (async () => {
      for await (const _ of transport.changes(there, stop.signal)) reported++;
    })();
    await eventually(() => expect(reported).toBeGreaterThan(0));
    const before = reported;
    writeFileSync(join(there, 'new'), '');
    await eventually(() => expect(reported).toBeGreaterThan(before));
    stop.abort();
    await all;
  });

  it('reports the process number, the end and the output of a detached command', async () => {
    const command = await transport.startDetached(['sh', '-c', 'echo $$ "$WORD"; echo err >&2; exit 4'], {
      folder,
      env: { WORD: hard },
    });
    expect(await command.ended).toEqual({ code: 4, output: `${command.pid} ${hard}\nerr\n` });
  });
});

async function firstOf({ output }: RunningCommand): Promise<string> {
  const { value } = await output[Symbol.asyncIterator]().next();
  return String(value);
}

async function drain({ output }: RunningCommand): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of output) chunks.push(chunk);
  return Buffer.concat(chunks);
}
