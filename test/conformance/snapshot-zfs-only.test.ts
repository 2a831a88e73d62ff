import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createZfsBackend } from '../../src-engine/snapshots/zfs';
import { eventually } from '../support/eventually';
import { runTool } from '../support/run-tool';
import { hasKernelZfs, lacksZfs, zfsPool, type TemporaryPool } from '../support/temp-zpool';

const lacks = lacksZfs();

describe.skipIf(lacks !== undefined)(`what only ZFS can do wrong${lacks === undefined ? '' : ` (${lacks})`}`, () => {
  let pool: TemporaryPool;
  let areas = 0;
  beforeAll(async () => void (pool = await zfsPool()));
  afterAll(() => pool.dispose());

  async function areaWith(...names: string[]) {
    const area = `${pool.name}/area${areas++}`;
    runTool('zfs', 'create', area);
    const dataset = `${area}/build_data`;
    const buildData = `/${dataset}`;
    const backend = createZfsBackend({ dataset, mountpoint: buildData });
    await backend.reset();
    for (const name of names) {
      writeFileSync(join(buildData, 'file'), name);
      await backend.take(name);
    }
    return { area, dataset, buildData, backend, names: async () => (await backend.list()).map(({ name }) => name) };
  }

  it('lists foreign snapshots, and none of neighbours, children or other pools', async () => {
    const { area, dataset, names } = await areaWith('a');
    runTool('zfs', 'snapshot', `${dataset}@by-hand`);
    for (const other of [`${area}/build_data2`, `${dataset}.copy`, `${dataset}/child`, `${area}/xbuild_data`]) {
      runTool('zfs', 'create', other);
      runTool('zfs', 'snapshot', `${other}@wrong`);
    }
    runTool('zfs', 'snapshot', `${area}@wrong`);
    expect(await names()).toEqual(['a', 'by-hand']);
  });

  it('takes no snapshot of what is not mounted: the files would not be in it', async () => {
    const { dataset, buildData, backend, names } = await areaWith('a');
    runTool('zfs', 'unmount', dataset);
    await expect(backend.take('b')).rejects.toThrow(`${dataset} is not mounted at ${buildData}`);
    expect(await names()).toEqual(['a']);
  });

  it('rolls back what a killed engine left unmounted, and mounts it', async () => {
    const { dataset, buildData, backend } = await areaWith('a', 'b');
    runTool('zfs', 'unmount', dataset);
    await backend.rollback('a');
    expect(readFileSync(join(buildData, 'file'), 'utf8')).toBe('a');
  });

  it('mounts the build data again when the rollback fails, and says what zfs said', async () => {
    const { dataset, buildData, backend, names } = await areaWith('a', 'b');
    runTool('zfs', 'set', 'canmount=off', dataset);
    await expect(backend.rollback('a')).rejects.toThrow(`${dataset} cannot be mounted again`);
    runTool('zfs', 'set', 'canmount=on', dataset);
    await backend.rollback('a');
    expect([readFileSync(join(buildData, 'file'), 'utf8'), await names()]).toEqual(['a', ['a']]);
  });

  it('clears what a killed reset left behind', async () => {
    const { area, dataset, backend, names } = await areaWith('a');
    runTool('zfs', 'unmount', dataset); // else rename does it, and is busy with that
    await eventually(() => runTool('zfs', 'rename', dataset, `${dataset}.old-1`));
    expect(await names()).toEqual([]);
    await backend.reset();
    expect(runTool('zfs', 'list', '-H', '-o', 'name', '-r', area).trim().split('\n')).toEqual([area, dataset]);
  });

  it('refuses while a private mount namespace keeps the mount, and names its owner', async ({ skip }) => {
    skip(hasKernelZfs(), 'only FUSE has this trouble');
    const { buildData, backend, names } = await areaWith('a', 'b');
    const holder = spawn('unshare', ['-m', '--propagation', 'private', 'cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = new Promise((resolve) => holder.on('close', resolve));
    const awake = new Promise((resolve) => holder.stdout.once('data', resolve));
    holder.stdin.write('x');
    await awake;
    await expect(backend.rollback('a')).rejects.toThrow(`${holder.pid} (cat) in a mount namespace of its own`);
    expect([readFileSync(join(buildData, 'file'), 'utf8'), await names()]).toEqual(['b', ['a', 'b']]);
    holder.stdin.end();
    await ended;
    await eventually(() => backend.rollback('a'));
    expect(await names()).toEqual(['a']);
  });

  it('shows no old content after a rollback, of a file that is mapped or was missing either', async () => {
    const { buildData, backend } = await areaWith('a', 'b');
    expect(readFileSync(join(buildData, 'file'), 'utf8')).toBe('b');
    rmSync(join(buildData, 'file'));
    expect(() => readFileSync(join(buildData, 'file'))).toThrow();
    await backend.rollback('b');
    expect(readFileSync(join(buildData, 'file'), 'utf8')).toBe('b');
    await backend.rollback('a');
    expect(readFileSync(join(buildData, 'file'), 'utf8')).toBe('a');
  });
});
