import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createZfsBackend } from '../../src-engine/snapshots/zfs';
import { exec } from '../../src-engine/system/exec';
import { eventually } from '../support/eventually';
import { runTool } from '../support/run-tool';
import { hasKernelZfs, lacksZfs, zfsPool, type TemporaryPool } from '../support/temp-zpool';

const lacks = lacksZfs();

describe.skipIf(lacks !== undefined)(`the ZFS backend${lacks === undefined ? '' : ` (${lacks})`}`, () => {
  let pool: TemporaryPool;
  let areas = 0;
  beforeAll(async () => void (pool = await zfsPool()));
  afterAll(() => pool.dispose());

  async function areaWith(...names: string[]) {
    const area = `${pool.name}/area${areas++}`;
    runTool('zfs', 'create', area);
    const dataset = `${area}/build_data`;
    const buildData = `/${dataset}`;
    const commands: string[] = [];
    const backend = createZfsBackend({ dataset, mountpoint: buildData }, (argv, options) => {
      commands.push(argv[1] ?? '');
      return exec(argv, options);
    });
    await backend.reset();
    for (const name of names) {
      writeFileSync(join(buildData, 'file'), name);
      await backend.take(name);
    }
    return {
      area,
      dataset,
      buildData,
      backend,
      commands,
      names: async () => (await backend.list()).map(({ name }) => name),
    };
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

  it('forks from the line that was just parked without asking ZFS again', async () => {
    const { buildData, backend, commands, names } = await areaWith('a', 'b');
    await backend.lines.park('main');
    await expect(backend.lines.fork('main', 'none')).rejects.toThrow('There is no snapshot none');
    await backend.lines.activate('main');
    await backend.lines.park('main');
    commands.length = 0;
    await backend.lines.fork('main', 'a');
    expect(commands).toEqual(['clone', 'promote']);
    expect(await names()).toEqual(['a']);
    expect(readFileSync(join(buildData, 'file'), 'utf8')).toBe('a');
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

  it.each([
    ['canmount=off', /has canmount=off/],
    ['mountpoint=none', /has the mountpoint none and not/],
    ['mountpoint=legacy', /has the mountpoint legacy and not/],
    ['mountpoint=/tmp/slipway-elsewhere', /has the mountpoint .*elsewhere and not/],
  ])('rolls nothing back that could not be mounted again in its place: %s', async (property, why) => {
    const { dataset, buildData, backend, names } = await areaWith('a', 'b');
    runTool('zfs', 'unmount', dataset);
    await eventually(() => runTool('zfs', 'set', property, dataset));
    const error = await backend.rollback('a').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringMatching(why), hint: expect.stringContaining(dataset) });
    await expect(backend.take('c')).rejects.toThrow(`${dataset} is not mounted at ${buildData}`);
    expect(await names()).toEqual(['a', 'b']);
    runTool('zfs', 'inherit', 'mountpoint', dataset);
    runTool('zfs', 'set', 'canmount=on', dataset);
    await backend.rollback('a');
    expect([readFileSync(join(buildData, 'file'), 'utf8'), await names()]).toEqual(['a', ['a']]);
    rmSync('/tmp/slipway-elsewhere', { recursive: true, force: true });
  });

  it('takes no snapshot that leaves out a dataset of a step, mounted or not, and gives the command', async () => {
    const { dataset, backend, names } = await areaWith('a');
    for (const property of ['canmount=on', 'mountpoint=none']) {
      runTool('zfs', 'create', '-o', property, `${dataset}/child`);
      const error = await backend.take('b').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        message: expect.stringContaining(`contains datasets, which a checkpoint leaves out: ${dataset}/child`),
        hint: expect.stringContaining(`zfs destroy -r ${dataset}/child`),
      });
      await eventually(() => runTool('zfs', 'destroy', '-r', `${dataset}/child`));
    }
    await backend.take('b');
    expect(await names()).toEqual(['a', 'b']);
  });

  it.each(['rollback', 'reset'] as const)(
    'removes the datasets of steps with the build data: %s',
    async (operation) => {
      const { area, dataset, backend, names } = await areaWith('a', 'b');
      runTool('zfs', 'create', '-p', `${dataset}/child/grandchild`);
      runTool('zfs', 'snapshot', `${dataset}/child@x`);
      await backend[operation]('a');
      expect(runTool('zfs', 'list', '-H', '-o', 'name', '-r', area).trim().split('\n')).toEqual([area, dataset]);
      expect(await names()).toEqual(operation === 'reset' ? [] : ['a']);
    },
  );

  it.each(['rollback', 'reset'] as const)(
    'keeps a dataset below the build data that is held, cloned or belongs elsewhere: %s',
    async (operation) => {
      const { area, dataset, backend, names } = await areaWith('a', 'b');
      const child = `${dataset}/child`;
      runTool('zfs', 'create', child);
      runTool('zfs', 'snapshot', `${child}@x`);
      runTool('zfs', 'hold', 'test', `${child}@x`);
      await expect(backend[operation]('a')).rejects.toThrow(`${child}@x, which is held. Nothing was changed.`);
      runTool('zfs', 'release', 'test', `${child}@x`);
      runTool('zfs', 'clone', `${child}@x`, `${area}/clone`);
      await expect(backend[operation]('a')).rejects.toThrow(`from which ${area}/clone was cloned`);
      await eventually(() => runTool('zfs', 'destroy', `${area}/clone`));
      await eventually(() => runTool('zfs', 'set', 'mountpoint=/tmp/slipway-elsewhere', child));
      await expect(backend[operation]('a')).rejects.toThrow(/mount of .*build_data: \/tmp\/slipway-elsewhere/);
      await eventually(() => runTool('zfs', 'unmount', child));
      await expect(backend[operation]('a')).rejects.toThrow(`${child}, which belongs at /tmp/slipway-elsewhere`);
      expect(await names()).toEqual(['a', 'b']);
      expect(runTool('zfs', 'list', '-H', '-o', 'name', '-r', dataset).trim().split('\n')).toEqual([dataset, child]);
      rmSync('/tmp/slipway-elsewhere', { recursive: true, force: true });
    },
  );

  it('rolls back to no snapshot that contains datasets below, as a killed engine may leave one', async () => {
    const { dataset, backend, names } = await areaWith('a');
    runTool('zfs', 'create', `${dataset}/child`);
    runTool('zfs', 'snapshot', '-r', `${dataset}@b`);
    await expect(backend.rollback('b')).rejects.toThrow(
      `would destroy ${dataset}/child, which the snapshot contains too`,
    );
    expect(await names()).toEqual(['a', 'b']);
    await backend.rollback('a');
    expect(await names()).toEqual(['a']);
  });

  it('resets nothing over files that would be hidden', async () => {
    const { dataset, buildData, backend, names } = await areaWith('a');
    runTool('zfs', 'unmount', dataset);
    writeFileSync(join(buildData, 'hidden'), 'x');
    await expect(backend.reset()).rejects.toThrow('that folder is not empty. Nothing was changed.');
    expect(readFileSync(join(buildData, 'hidden'), 'utf8')).toBe('x');
    rmSync(join(buildData, 'hidden'));
    expect(await names()).toEqual(['a']);
    await backend.reset();
    expect(await names()).toEqual([]);
  });

  it('clears what a killed reset left behind', async () => {
    const { area, dataset, backend, names } = await areaWith('a');
    runTool('zfs', 'unmount', dataset); // otherwise rename keeps the dataset busy
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
