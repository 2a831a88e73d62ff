import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SnapshotBackend } from '../../src-engine/snapshots/backend';
import { FolderTree } from '../../src-engine/snapshots/folder-tree';
import type { RunStoreTool } from '../../src-engine/snapshots/store-tools';
import { exec } from '../../src-engine/system/exec';
import { AppError } from '../../src-shared/errors';
import { makeHardTree, spoilHardTree } from '../support/hard-tree';
import { Random } from '../support/random';
import { lacksRootOr, runTool } from '../support/run-tool';
import { SnapshotProcesses } from '../support/snapshot-process';
import { treeManifest } from '../support/tree-manifest';
import { describeKills } from './snapshot-kills';
import { describeLines } from './snapshot-lines';
import { compareWithMemory } from './snapshot-random';
import type { BackendProperties, BackendSubject, BackendUnderTest } from './snapshot-subject';

/** The contract of a `SnapshotBackend`, tested on real file systems. */
export function describeSnapshotBackend(subject: BackendSubject): void {
  if (subject.lacks !== undefined) {
    describe.skip(`snapshot backend ${subject.name} (${subject.lacks})`, () =>
      it('is not tested here', () => undefined));
    return;
  }
  const processes = new SnapshotProcesses();
  let properties: BackendProperties;
  beforeAll(async () => {
    await processes.prepare();
    await subject.setUp?.();
    properties = subject.properties();
  });
  afterAll(async () => {
    processes.dispose();
    await subject.tearDown?.();
  });

  const manifest = (path: string): Promise<string[]> =>
    treeManifest(path, {
      contentOnly: properties.keeps === 'files',
      ignoreXattrs: !properties.xattrs,
      wholeSeconds: !properties.nanoseconds,
    });
  const names = async (backend: SnapshotBackend): Promise<string[]> => (await backend.list()).map(({ name }) => name);
  /** An area with build data, a file in it, and snapshots that each have another content of that file. */
  async function areaWith(...snapshots: string[]): Promise<BackendUnderTest> {
    const area = await subject.area();
    await area.backend.reset();
    for (const name of snapshots) {
      writeFileSync(join(area.buildData, 'file'), name);
      await area.backend.take(name);
    }
    return area;
  }
  const content = (area: BackendUnderTest): string => readFileSync(join(area.buildData, 'file'), 'utf8');
  /** Expects a refusal with the reason, and an unchanged area. */
  async function expectRefusal(
    area: BackendUnderTest,
    attempt: () => Promise<unknown>,
    why: RegExp,
  ): Promise<AppError> {
    const before = { snapshots: await names(area.backend), tree: await manifest(area.buildData) };
    const error = await attempt().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).message).toMatch(why);
    expect({ snapshots: await names(area.backend), tree: await manifest(area.buildData) }).toEqual(before);
    return error as AppError;
  }

  describe(`snapshot backend ${subject.name}`, () => {
    it('lists nothing before there is build data', async () => {
      expect(await (await subject.area()).backend.list()).toEqual([]);
    });

    it('resets to an empty tree without snapshots, whatever was there', async () => {
      const { backend, buildData } = await areaWith('a', 'b');
      mkdirSync(join(buildData, 'folder'));
      await backend.reset();
      expect(await backend.list()).toEqual([]);
      expect(await manifest(buildData)).toHaveLength(1);
      writeFileSync(join(buildData, 'file'), 'again');
      await backend.take('a');
      expect(await names(backend)).toEqual(['a']);
    });

    it('keeps the order of many snapshots of one second', async () => {
      const order = ['z', 'b', 'a', '.step_9', '.step_10', 'empty', 'B', '0'];
      const { backend } = await areaWith(...order);
      const listed = await backend.list();
      expect(listed.map(({ name }) => name)).toEqual(order);
      expect(new Set(listed.map(({ id }) => id)).size).toBe(order.length);
      for (const { takenAt } of listed) expect(Math.abs(takenAt - Date.now() / 1000)).toBeLessThan(600);
    });

    it('does not take a name twice', async () => {
      const area = await areaWith('a');
      await expectRefusal(area, () => area.backend.take('a'), /exists|already/);
    });

    it.each(['', 'a/b', '../a', 'a,b', 'a%b', 'a@b', 'a\nb'])('does not take the name %j', async (name) => {
      const area = await areaWith('a');
      await expectRefusal(area, () => area.backend.take(name), /name/);
    });

    it('rolls back, any number of times, and destroys what is newer', async () => {
      const area = await areaWith('a', 'b', 'c');
      writeFileSync(join(area.buildData, 'added'), 'x');
      await area.backend.rollback('c');
      expect([content(area), await names(area.backend)]).toEqual(['c', ['a', 'b', 'c']]);
      expect(existsSync(join(area.buildData, 'added'))).toBe(false);
      await area.backend.rollback('a');
      await area.backend.rollback('a');
      expect([content(area), await names(area.backend)]).toEqual(['a', ['a']]);
      await area.backend.take('b');
      expect(await names(area.backend)).toEqual(['a', 'b']);
    });

    it('destroys one snapshot and leaves its neighbours whole', async () => {
      const area = await areaWith('a', 'b', 'c');
      await area.backend.destroy('b');
      expect(await names(area.backend)).toEqual(['a', 'c']);
      await area.backend.rollback('c');
      expect(content(area)).toBe('c');
      await area.backend.rollback('a');
      expect(content(area)).toBe('a');
    });

    it('refuses what is not there', async () => {
      const area = await areaWith('a', 'ab');
      for (const name of ['none', 'A', 'a '])
        for (const operation of ['rollback', 'destroy', 'open', 'size'] as const)
          await expectRefusal(area, () => area.backend[operation](name), /no snapshot/i);
    });

    it('shows a snapshot without touching the build data', async () => {
      const area = await areaWith('a', 'b');
      const view = await area.backend.open('a');
      expect(readFileSync(join(await view.folder(), 'file'), 'utf8')).toBe('a');
      expect(content(area)).toBe('b');
      await view.close();
      await area.backend.rollback('a');
      expect(content(area)).toBe('a');
    });

    it('reports the size of a snapshot', async () => {
      const { backend, buildData } = await areaWith();
      writeFileSync(join(buildData, 'big'), Buffer.alloc(3_000_000, 'random enough? no, but not zero'));
      await backend.take('a');
      const { referenced } = await backend.size('a');
      expect(referenced).toBeGreaterThan(10_000);
      expect(referenced).toBeLessThan(10_000_000);
    });

    it('keeps everything a tree can hold', async ({ skip }) => {
      skip(properties.keeps === 'files', 'declared: keeps folders and content of plain files only');
      const { backend, buildData } = await areaWith();
      await makeHardTree(buildData, properties);
      const first = await manifest(buildData);
      expect(first.length).toBeGreaterThan(20);
      await backend.take('first');
      expect(await manifest(buildData)).toEqual(first); // taking changes nothing
      spoilHardTree(buildData, properties);
      const second = await manifest(buildData);
      expect(second).not.toEqual(first);
      await backend.take('second');
      for (const [name, expected] of [
        ['first', first],
        ['second', second],
      ] as const) {
        const view = await backend.open(name);
        expect(await manifest(await view.folder())).toEqual(expected);
        await view.close();
      }
      await backend.rollback('second');
      expect(await manifest(buildData)).toEqual(second);
      await backend.rollback('first');
      expect(await manifest(buildData)).toEqual(first);
      spoilHardTree(buildData, properties);
      await backend.rollback('first');
      expect(await manifest(buildData)).toEqual(first);
    });

    it('gives one identity to files that were not touched, and another one to files that differ', async () => {
      const { backend, buildData } = await areaWith('a', 'b');
      const path = join(buildData, 'file');
      const live = async () => (await (backend.live?.() ?? new FolderTree(buildData)).entry('file'))?.identity;
      const [a, b] = [await backend.open('a'), await backend.open('b')];
      const [one, two] = [(await a.tree.entry('file'))?.identity, (await b.tree.entry('file'))?.identity];
      if (one !== undefined) expect(one).not.toBe(two);
      if (properties.knowsUntouched) expect(await live()).toBe(two);
      const { atime, mtime } = statSync(path);
      writeFileSync(path, 'B', { flag: 'r+' });
      utimesSync(path, atime, mtime);
      const edited = await live();
      if (edited !== undefined) expect([one, two]).not.toContain(edited);
      for (const view of [a, b]) await view.close();
    });

    it('copies a snapshot exactly into a folder on another file system', async () => {
      const { backend, buildData } = await areaWith();
      const folder = mkdtempSync(join(tmpdir(), 'slipway-copy-'));
      try {
        if (properties.keeps === 'everything') await makeHardTree(buildData, properties);
        else writeFileSync(join(buildData, 'file'), 'x');
        const expected = await manifest(buildData);
        await backend.take('first');
        writeFileSync(join(buildData, 'later'), 'x');
        const view = await backend.open('first');
        const tool: RunStoreTool = (argv, options) => exec(argv, { ...options, env: { ...process.env, LC_ALL: 'C' } });
        expect(await view.copyInto(folder, tool)).toBe(0);
        await view.close();
        expect(await manifest(folder)).toEqual(expected);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    it('does not share files with the build data: an edit in place never reaches a snapshot', async () => {
      const area = await areaWith('a');
      await area.backend.take('b');
      await area.backend.rollback('b');
      writeFileSync(join(area.buildData, 'file'), '!', { flag: 'r+' });
      await area.backend.rollback('b');
      expect(content(area)).toBe('a');
    });

    it('refuses a rollback while a process works in the tree, and names the process', async ({ skip }) => {
      skip(!properties.refusesBusy, 'declared: does not know who uses the tree');
      const area = await areaWith('a', 'b');
      const cat = spawn('cat', { cwd: area.buildData, stdio: ['pipe', 'pipe', 'ignore'] });
      const ended = new Promise((resolve) => cat.on('close', resolve));
      const awake = new Promise((resolve) => cat.stdout.once('data', resolve));
      cat.stdin.write('x');
      await awake;
      const error = await expectRefusal(
        area,
        () => area.backend.rollback('a'),
        new RegExp(`in use by .*${cat.pid} \\(cat\\)`),
      );
      expect(error.hint).toBeTruthy();
      await expectRefusal(area, () => area.backend.reset(), new RegExp(`${cat.pid} \\(cat\\)`));
      cat.stdin.end();
      await ended;
      await area.backend.rollback('a');
      expect(content(area)).toBe('a');
    });

    describe('while something is mounted in the tree', () => {
      const lacks = lacksRootOr('mount', 'umount') ?? (process.platform === 'linux' ? undefined : 'needs Linux');
      const host = mkdtempSync(join(tmpdir(), 'slipway-host-'));
      afterAll(() => rmSync(host, { recursive: true }));
      const operations = [
        ['take', (area: BackendUnderTest) => area.backend.take('new')],
        ['rollback', (area: BackendUnderTest) => area.backend.rollback('a')],
        ['reset', (area: BackendUnderTest) => area.backend.reset()],
      ] as const;
      const mounts: readonly (readonly [string, (at: string) => void])[] = [
        ['a folder of the host', (at) => runTool('mount', '--bind', host, at)],
        [
          'a file system with another one in it',
          (at) => {
            runTool('mount', '-t', 'tmpfs', 'none', at);
            mkdirSync(join(at, "it's $inner"));
            runTool('mount', '-t', 'tmpfs', 'none', join(at, "it's $inner"));
          },
        ],
        ['two at one path', (at) => [1, 2].forEach(() => runTool('mount', '-t', 'tmpfs', 'none', at))],
        ['a folder of the tree itself', (at) => runTool('mount', '--bind', join(at, '../folder'), at)],
      ];

      it.for(mounts)('refuses to work, and gives the command that undoes it: %s', async ([, mount], { skip }) => {
        skip(lacks !== undefined, lacks);
        skip(properties.keeps === 'files', 'declared: keeps folders and content of plain files only');
        const area = await areaWith('a', 'b');
        writeFileSync(join(host, 'precious'), 'x');
        mkdirSync(join(area.buildData, 'folder'));
        for (const [operation, act] of operations) {
          const at = join(area.buildData, 'mount point');
          mkdirSync(at, { recursive: true });
          mount(at);
          const error = await expectRefusal(area, () => act(area), /Nothing was changed/);
          expect(error.message).toContain(at);
          const command = /umount -- .*/.exec(error.hint ?? '')?.[0] ?? 'false';
          runTool('sh', '-c', command);
          await act(area);
          expect(await names(area.backend)).toEqual({ take: ['a', 'b', 'new'], rollback: ['a'], reset: [] }[operation]);
          if (operation !== 'reset') mkdirSync(join(area.buildData, 'folder'), { recursive: true });
        }
        expect(readdirSync(host)).toEqual(['precious']);
      });
    });

    it('refuses to destroy what is held, newer ones included, before anything is destroyed', async ({ skip }) => {
      const area = await areaWith('a', 'b', 'c', 'd');
      if (!area.hold) return skip('this file system has no holds');
      const release = area.hold('c');
      await expectRefusal(area, () => area.backend.rollback('a'), /@c.* held/);
      await expectRefusal(area, () => area.backend.destroy('c'), /@c.* held/);
      await expectRefusal(area, () => area.backend.reset(), /@c.* held/);
      await area.backend.rollback('c'); // itself may be held
      release();
      await area.backend.rollback('a');
      expect(await names(area.backend)).toEqual(['a']);
    });

    it('refuses to destroy what is cloned, newer ones included, before anything is destroyed', async ({ skip }) => {
      const area = await areaWith('a', 'b', 'c', 'd');
      if (!area.clone) return skip('this file system has no clones');
      const release = area.clone('c');
      await expectRefusal(area, () => area.backend.rollback('a'), /@c, from which .* was cloned/);
      await expectRefusal(area, () => area.backend.destroy('c'), /@c, from which .* was cloned/);
      await expectRefusal(area, () => area.backend.reset(), /@c, from which .* was cloned/);
      await area.backend.rollback('c'); // itself may be cloned
      await release();
      await area.backend.rollback('a');
      expect(content(area)).toBe('a');
    });

    it('clears away the view of a process that was killed', async ({ skip }) => {
      const area = await areaWith('a', 'b', 'c');
      if (!area.reopen) return skip('lives in this process only');
      await processes.killDuring(area.reopen, 'open', 'b', 0);
      await processes.killDuring(area.reopen, 'open', 'c', 0);
      await area.backend.destroy('c');
      await area.backend.rollback('a');
      expect(await names(area.backend)).toEqual(['a']);
    });

    it.each([1, 2])('does the same as the memory backend in random operations (seed %i)', async (seed) => {
      await compareWithMemory(await subject.area(), new Random(seed));
    });

    describeLines(subject);
    describeKills({ areaWith, manifest, names, processes });
  });
}
