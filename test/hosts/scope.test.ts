// Where systemd ends the processes of a session, a detached command gets its own scope. systemd does not run here, so a
// fake systemd-run records its arguments and runs the rest.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd } from '../support/sshd';

const SYSTEMD = '/run/systemd/system';
const reason = lacksSshd() ?? (existsSync(SYSTEMD) ? 'systemd itself runs here' : undefined);

describe.skipIf(reason !== undefined)(`a host with systemd${reason ? ` (${reason})` : ''}`, () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-scope-'));
    mkdirSync(SYSTEMD, { recursive: true });
  });
  afterEach(() => {
    rmdirSync(SYSTEMD);
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts a command on a host whose systemd-run is this script; returns its output, and the arguments of that script. */
  async function started(script: string): Promise<{ output: string; scopes: string; isItsOwn: boolean }> {
    const scopes = join(folder, 'scopes');
    writeFileSync(join(folder, 'systemd-run'), `#!/bin/sh\necho "$*" >>'${scopes}'\n${script}\n`);
    chmodSync(join(folder, 'systemd-run'), 0o755);
    const server = await startSshd(`SetEnv TMPDIR=${folder} PATH=${folder}:${process.env['PATH'] ?? ''}`);
    const transport = await createSshTransport(loginAt(server));
    try {
      const { pid, ended } = await transport.startDetached(['sh', '-c', 'echo $$']);
      const { output } = await ended;
      return { output, scopes: readFileSync(scopes, 'utf8'), isItsOwn: output.trim() === `${pid}` };
    } finally {
      transport.close();
      await server.stop();
    }
  }

  it('has a scope for a detached command, which keeps its own process number', async () => {
    const { scopes, isItsOwn } = await started('while [ "${1#--}" != "$1" ]; do shift; done; exec "$@"');
    expect(scopes.split('\n').filter((line) => line.startsWith('--scope --quiet --collect '))).toHaveLength(2);
    expect(isItsOwn).toBe(true);
  });

  it('runs a detached command without a scope where systemd gives none', async () => {
    const { scopes, isItsOwn } = await started('exit 1');
    expect([scopes, isItsOwn]).toEqual(['--scope --quiet --collect true\n', true]);
  });
});
