import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createShells } from '../../../../src-main/services/checkpoint-shell';
import type { ShellEvent } from '../../../../src-shared/rpc/checkpoint-shell';
import { buildHost, isThisComputer } from '../../../support/build-host';
import { TestProject } from '../../../support/engine';
import { lacksRootOr } from '../../../support/run-tool';
import { shellProcesses } from '../../../support/shell-processes';

const lacks = lacksRootOr('script', 'unshare', 'bash');

describe.skipIf(lacks !== undefined)(`a shell in a checkpoint${lacks === undefined ? '' : ` (${lacks})`}`, () => {
  let project: TestProject;
  let manifest: string;
  const shells = createShells(buildHost());
  const shellBefore = process.env['SHELL'];

  beforeAll(async () => {
    process.env['SHELL'] = '/bin/bash';
    project = new TestProject({ steps: [{ name: 'a', body: 'echo kept >"$2/file"' }, { name: 'b' }] });
    manifest = join(project.folder, 'manifest.xml');
    expect((await project.build()).code).toBe(0);
  });
  afterAll(() => {
    if (shellBefore === undefined) delete process.env['SHELL'];
    else process.env['SHELL'] = shellBefore;
    project.dispose();
  });

  /** Opens a shell and collects its output. */
  async function open(step = 'b', columns = 80, rows = 24) {
    const closing = new AbortController();
    const events = (await shells.open(
      { path: manifest, step, columns, rows },
      { signal: closing.signal },
    )) as AsyncGenerator<ShellEvent>;
    const first = await events.next();
    if (first.value?.kind !== 'opened') throw new Error('not opened first');
    const { id } = first.value;
    const received = { bytes: Buffer.alloc(0), code: undefined as number | null | undefined };
    const read = (async () => {
      for await (const event of events) {
        if (event.kind === 'output')
          received.bytes = Buffer.concat([received.bytes, Buffer.from(event.data, 'base64')]);
        if (event.kind === 'ended') received.code = event.code;
      }
    })();
    return {
      id,
      received,
      read,
      close: () => closing.abort(),
      prints: (pattern: RegExp) =>
        expect.poll(() => received.bytes.toString('utf8'), { timeout: 60_000 }).toMatch(pattern),
      type: (text: string) => shells.write({ id, data: Buffer.from(text).toString('base64') }, {}),
    };
  }

  const left = (): string[] => shellProcesses(project.area);

  // Over SSH the account decides, not the environment of the tests.
  it.runIf(isThisComputer())(
    'is the login shell of the account, also when that reads no line of a POSIX shell',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'slipway-login-shell-'));
      onTestFinished(() => {
        process.env['SHELL'] = '/bin/bash';
        rmSync(folder, { recursive: true, force: true });
      });
      // As csh or fish: it refuses what it does not know.
      const login = join(folder, 'other-shell');
      writeFileSync(login, '#!/bin/sh\n[ $# -eq 0 ] || exit 125\necho "login shell of $SHELL"\n', { mode: 0o755 });
      process.env['SHELL'] = login;
      const shell = await open();
      await shell.prints(new RegExp(`login shell of ${login}`));
      await shell.read;
      expect(shell.received.code).toBe(0);
    },
  );

  it('starts in the checkpoint, has its name, and reports its exit status', async () => {
    const shell = await open();
    await shell.prints(/b.*[#$] $/);
    await shell.type('echo "[$SLIPWAY_CHECKPOINT]" $PWD; cat pkg_image/file\r');
    await shell.prints(/\[b\] \S+\.step_b\r\nkept\r\n/);
    await shell.type('exit 7\r');
    await shell.read;
    expect(shell.received.code).toBe(7);
    expect(shell.received.bytes.toString('utf8')).not.toContain('/dev/pts');
  });

  it('cannot write into the checkpoint', async () => {
    const shell = await open();
    await shell.type('touch x; rm pkg_image/file; echo more >>pkg_image/file; echo done-$((1+1))\r');
    await shell.prints(/done-2/);
    expect(shell.received.bytes.toString('utf8').match(/Read-only file system/g)?.length).toBe(3);
    await shell.type('exit\r');
    await shell.read;
    expect((await project.run('cat', 'manifest.xml', 'b', 'x')).code).toBe(1);
    expect((await project.run('cat', 'manifest.xml', 'b', 'pkg_image/file')).stdout).toBe('kept\n');
  });

  it('has the requested size, and accepts another one', async () => {
    const shell = await open('b', 91, 33);
    await shell.type('stty size\r');
    await shell.prints(/33 91/);
    await shells.resize({ id: shell.id, columns: 120, rows: 40 }, {});
    await shell.type('stty size; echo $COLUMNS\r');
    await shell.prints(/40 120\r\n120/);
    shell.close();
    await shell.read;
  });

  it('passes bytes on as they are, both ways', async () => {
    const shell = await open();
    await shell.type("echo 'grüße 🏠' | tee /dev/null; printf '\\377\\000\\001' | od -An -tx1\r");
    await shell.prints(/[\r\n]grüße 🏠\r\n ff 00 01/);
    shell.close();
    await shell.read;
  });

  it('gets Ctrl-C and does not end by it', async () => {
    const shell = await open();
    await shell.prints(/[#$] $/);
    await shell.type('sleep 1000\r');
    await shell.prints(/sleep 1000\r\n/);
    await shell.type('\u0003');
    await shell.type('echo still-$((2+2))\r');
    await shell.prints(/still-4/);
    shell.close();
    await shell.read;
  });

  it('leaves no process when the window has gone, also none that ignores SIGHUP', async () => {
    const shell = await open();
    await shell.type('setsid nohup sleep 998 & nohup sleep 999\r');
    await expect.poll(() => left().filter((line) => /sleep/.test(line)).length, { timeout: 60_000 }).toBe(2);
    shell.close();
    await expect.poll(left, { timeout: 60_000 }).toEqual([]);
    await expect(shells.write({ id: shell.id, data: '' }, {})).rejects.toThrow('has ended');
    expect(execFileSync('mount', { encoding: 'utf8' })).not.toContain(project.folder);
  });

  it('reports why it cannot be opened, and ends', async () => {
    const shell = await open('nope');
    await shell.read;
    expect(shell.received.code).toBe(1);
    expect(shell.received.bytes.toString('utf8')).toMatch(/nope/);
  });
});
