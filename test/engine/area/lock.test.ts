import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BuildArea } from '../../../src-engine/area/area';
import { acquireLock, type HeldLock } from '../../../src-engine/area/lock';
import { takeByLink } from '../../../src-engine/area/lock-by-link';
import { isLeftBehind, readLock, type LockOwner } from '../../../src-engine/area/lock-file';
import { takeKernelLock } from '../../../src-engine/system/kernel-lock';
import { networkTypeOf } from '../../../src-engine/system/network-file-system';
import { ownIdentity } from '../../../src-engine/system/processes';

let folder: string;
let area: BuildArea;
const areaAt = (mountpoint: string): BuildArea =>
  ({ mountpoint, stateFolder: join(mountpoint, '.slipway') }) as BuildArea;
const lockFile = (): string => join(area.stateFolder, 'lock');
const take = (): Promise<HeldLock> => acquireLock(area, 'build', '/m.xml');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-lock-'));
  area = areaAt(join(folder, 'area'));
  mkdirSync(area.stateFolder, { recursive: true });
});
afterEach(() => {
  delete process.env.SLIPWAY_BOOT_ID;
  rmSync(folder, { recursive: true });
});

const ownerWith = (fields: Partial<LockOwner>): LockOwner => ({
  ...ownIdentity(),
  since: 1,
  client: 'test',
  user: 'u',
  manifest: '/m.xml',
  ...fields,
});
const put = (fields: Partial<LockOwner>): void => writeFileSync(lockFile(), JSON.stringify(ownerWith(fields)));

describe('the lock of an area', () => {
  it('is exclusive, names its owner, and can be taken again after release', async () => {
    const { release, tookOver } = await take();
    expect(tookOver).toBe(false);
    await expect(take()).rejects.toThrow(new RegExp(`Another build .* process ${process.pid} on ${hostname()}`));
    release();
    expect(readLock(area).kind).toBe('free');
    (await take()).release();
    expect(readdirSync(area.stateFolder)).toEqual([]);
  });

  it('contains the reason why it is held', async () => {
    const { release } = await acquireLock(area, 'prune', '/m.xml');
    await expect(take()).rejects.toThrow(/^A prune holds this build area/);
    release();
  });

  it('excludes a build that names the area through a symbolic link', async () => {
    symlinkSync(area.mountpoint, join(folder, 'link'));
    const { release } = await take();
    await expect(acquireLock(areaAt(join(folder, 'link')), 'build', '/m.xml')).rejects.toThrow(/Another build holds/);
    release();
  });

  it('excludes others although the lock file was removed', async () => {
    const { release } = await take();
    rmSync(lockFile());
    await expect(take()).rejects.toThrow(/Another process holds this build area/);
    release();
  });

  it('is taken although a reader tests it for a moment', async () => {
    const reader = takeKernelLock(area.mountpoint);
    if (typeof reader === 'string') throw new Error(reader);
    setTimeout(() => reader.release(), 100);
    (await take()).release();
  });

  it('is taken over from a process that has ended', async () => {
    const child = spawn('true');
    await new Promise((resolve) => child.on('close', resolve));
    put({ pid: child.pid ?? 0, startTime: '1' });
    expect(readLock(area).kind).toBe('stale');
    const { release, tookOver } = await take();
    expect(tookOver).toBe(true);
    release();
  });

  it.each([
    ['another process with the same number', { startTime: '1' }],
    ['a number that names a group of processes', { pid: -1 }],
    ['the number 0', { pid: 0 }],
  ])('does not mistake %s for the owner', (_, fields) => {
    put(fields);
    expect(readLock(area).kind).toBe('stale');
  });

  it('respects an engine of version 1, which has no kernel lock', async () => {
    put({});
    expect(readLock(area).kind).toBe('held');
    await expect(take()).rejects.toThrow(/Another build holds/);
  });

  it.each([
    ['of an earlier boot', { bootId: 'another boot' }],
    ['of a host that was renamed', { host: 'elsewhere', bootId: 'another boot' }],
    ['of a container that is gone', { pidNamespace: 'pid:[1]', kernelLock: true }],
  ])('is taken over from an owner %s', async (_, fields) => {
    put(fields);
    expect(readLock(area).kind).toBe('stale');
    (await take()).release();
  });

  it.each([
    ['of another machine of the same name', { bootId: 'another boot' }],
    ['of a container', { pidNamespace: 'pid:[1]' }],
    ['of a host that was renamed', { host: 'elsewhere', bootId: 'another boot' }],
  ])('is held while an owner %s has the kernel lock', async (_, fields) => {
    const { release } = await take();
    put(fields);
    expect(readLock(area).kind).toBe('held');
    await expect(take()).rejects.toThrow(/Another build holds/);
    release();
  });

  it.each([
    ['empty', ''],
    ['filled with zeros', '\0'.repeat(200)],
    ['torn', '{"pid":1,"startTime":"'],
    ['a number', '5'],
    ['an empty object', '{}'],
    ['null', 'null'],
    ['with a field of another type', JSON.stringify(ownerWith({})).replace('"u"', '7')],
  ])('is reported and repaired when its file is %s', async (_, content) => {
    writeFileSync(lockFile(), content);
    expect(readLock(area)).toMatchObject({ kind: 'stale', damage: expect.any(String) as string });
    const { release, tookOver, notices } = await take();
    expect({ tookOver, notices }).toEqual({
      tookOver: true,
      notices: [expect.stringMatching(/^The lock file was damaged/) as string],
    });
    expect(readLock(area).kind).toBe('held');
    release();
  });

  it('removes the drafts that a crash has left', async () => {
    for (const name of ['lock.77.partial', 'lock.1-2.draft', 'pause.9.partial'])
      writeFileSync(join(area.stateFolder, name), '');
    (await take()).release();
    expect(readdirSync(area.stateFolder)).toEqual([]);
  });
});

describe('an owner that cannot be seen', () => {
  const inContainer = { pidNamespace: 'pid:[1]' };
  const ofOtherBoot = { bootId: 'another boot' };
  const ofOtherHost = { ...ofOtherBoot, host: 'elsewhere' };
  const isLeft = (isFree: boolean, fields: Partial<LockOwner>): boolean =>
    isLeftBehind(area, isFree, ownerWith(fields));

  it('has left its lock behind where the kernel lock of a local file system is free', () => {
    for (const fields of [{ ...inContainer, kernelLock: true }, ofOtherBoot, ofOtherHost])
      expect(isLeft(true, fields)).toBe(true);
    expect(isLeftBehind(area, true, undefined)).toBe(true);
  });

  it('keeps its lock in a container without a kernel lock', () => {
    expect(isLeft(true, { ...inContainer, kernelLock: false })).toBe(false);
    put({ ...inContainer, kernelLock: false });
    expect(readLock(area).kind).toBe('held');
  });

  it('keeps its lock where there is no kernel lock, unless its host was started again', () => {
    expect(isLeft(false, ofOtherHost)).toBe(false);
    expect(isLeft(false, inContainer)).toBe(false);
    expect(isLeft(false, ofOtherBoot)).toBe(true);
  });

  it.each(['nfs', 'nfs4', 'cifs', '9p', 'fuse.sshfs', 'virtiofs'])('may be another machine on %s', (type) => {
    const line = (of: string): string => `36 35 0:99 / /mnt/area rw shared:1 - ${of} source rw`;
    expect(networkTypeOf(line(type), '0:99')).toBe(type);
    expect(networkTypeOf(line(type), '0:98')).toBeUndefined();
    expect(networkTypeOf(line('ext4'), '0:99')).toBeUndefined();
  });
});

describe('the lock by a hard link, where there is no kernel lock', () => {
  const isDead = (owner: LockOwner | undefined): boolean => owner === undefined || owner.startTime === '1';
  const me = ownerWith({ id: 'me' });

  it('is taken, and refused while its owner lives', () => {
    expect(takeByLink(lockFile(), me, isDead)).toEqual({ taken: true });
    expect(takeByLink(lockFile(), ownerWith({ id: 'other' }), isDead)).toMatchObject({ holder: { id: 'me' } });
    expect(readdirSync(area.stateFolder)).toEqual(['lock']);
  });

  it.each([
    ['of a dead owner', JSON.stringify(ownerWith({ startTime: '1' }))],
    ['that is damaged', '{'],
  ])('replaces a file %s', (_, content) => {
    writeFileSync(lockFile(), content);
    expect(takeByLink(lockFile(), me, isDead)).toEqual({ taken: true });
    expect(JSON.parse(readFileSync(lockFile(), 'utf8'))).toMatchObject({ id: 'me' });
    expect(existsSync(`${lockFile()}.me.draft`)).toBe(false);
  });
});
