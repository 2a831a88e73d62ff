import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BuildArea } from '../../../src-engine/area/area';
import { acquireLock, readLock, type LockOwner } from '../../../src-engine/area/lock';
import { ownIdentity } from '../../../src-engine/system/processes';

let folder: string;
let area: BuildArea;
const lockFile = (): string => join(folder, '.slipway/lock');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-lock-'));
  mkdirSync(join(folder, '.slipway'));
  area = { private: join(folder, '.slipway') } as BuildArea;
});
afterEach(() => {
  delete process.env.SLIPWAY_BOOT_ID;
  rmSync(folder, { recursive: true });
});

const put = (owner: Partial<LockOwner>): void =>
  writeFileSync(
    lockFile(),
    JSON.stringify({ ...ownIdentity(), since: 1, client: 'test', user: 'u', manifest: '/m.xml', ...owner }),
  );

describe('acquireLock', () => {
  it('is exclusive, names the owner, and can be taken again after release', () => {
    const { release, tookOver } = acquireLock(area, '/m.xml');
    expect(tookOver).toBe(false);
    expect(() => acquireLock(area, '/m.xml')).toThrow(new RegExp(`process ${process.pid} on ${hostname()}`));
    release();
    expect(readLock(area).kind).toBe('free');
    acquireLock(area, '/m.xml').release();
  });

  it('clears the lock of a process that has ended', async () => {
    const child = spawn('true');
    await new Promise((resolve) => child.on('close', resolve));
    put({ pid: child.pid ?? 0, startTime: '1' });
    expect(readLock(area).kind).toBe('stale');
    acquireLock(area, '/m.xml').release();
  });

  it('is not fooled by another process with the same number', () => {
    put({ startTime: '1' });
    expect(readLock(area).kind).toBe('stale');
  });

  it('knows that nothing survives a reboot', () => {
    put({});
    expect(readLock(area).kind).toBe('held');
    process.env.SLIPWAY_BOOT_ID = 'another boot';
    expect(readLock(area).kind).toBe('stale');
    acquireLock(area, '/m.xml').release();
  });

  it('never clears a lock of another host, and says what to do', () => {
    put({ host: 'elsewhere' });
    expect(readLock(area).kind).toBe('remote');
    expect(() => acquireLock(area, '/m.xml')).toThrow(/on elsewhere/);
    expect(existsSync(lockFile())).toBe(true);
  });

  it('refuses a lock file it cannot read instead of overwriting it', () => {
    writeFileSync(lockFile(), 'what');
    expect(() => acquireLock(area, '/m.xml')).toThrow(/cannot be understood/);
    expect(readFileSync(lockFile(), 'utf8')).toBe('what');
  });
});
