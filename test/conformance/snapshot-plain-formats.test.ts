// Stores that the plain backend finds on the disk: of version one, of later versions, and damaged ones.
import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeHardTree } from '../support/hard-tree';
import { refusal, usePlainAreas, type PlainArea } from '../support/plain-area';
import { lacksTool, runTool } from '../support/run-tool';

const isRoot = process.getuid?.() === 0;
const { newArea } = usePlainAreas();

describe('The format of version one:', () => {
  /** A store of version one: whole trees, which share unchanged files. */
  async function oldArea(): Promise<{ area: PlainArea; one: string[]; two: string[] }> {
    const area = newArea();
    mkdirSync(area.store, { recursive: true });
    await makeHardTree(area.buildData, {
      root: isRoot,
      xattrs: lacksTool('setfattr', 'setfacl', 'setcap') === undefined,
    });
    const one = await area.tree();
    const first = join(area.store, '000001-1700000000-one');
    runTool('cp', '-a', area.buildData, first);
    appendFileSync(area.at('plain'), 'changed');
    const two = await area.tree();
    const second = join(area.store, '000002-1700000001-two');
    runTool('cp', '-al', first, second);
    runTool('cp', '-a', '--remove-destination', area.at('plain'), join(second, 'plain'));
    runTool('touch', '-r', area.buildData, second);
    return { area, one, two };
  }

  it('Checkpoints of version one are listed and read before anything is changed.', async () => {
    const { area, one } = await oldArea();
    expect(await area.backend.list()).toMatchObject([
      { name: 'one', takenAt: 1_700_000_000 },
      { name: 'two', takenAt: 1_700_000_001 },
    ]);
    expect(await area.snapshot('one')).toEqual(one);
    expect(area.packs()).toEqual([]);
  });

  it('Checkpoints of version one are taken over without a copy.', async () => {
    const { area, one, two } = await oldArea();
    const inode = lstatSync(join(area.store, '000001-1700000000-one/plain')).ino;
    await area.backend.take('three');
    expect((await area.backend.list()).map(({ name }) => name)).toEqual(['one', 'two', 'three']);
    expect(lstatSync(join(area.store, 'pack-000001/plain')).ino).toBe(inode);
    expect([await area.snapshot('one'), await area.snapshot('two')]).toEqual([one, two]);
    await area.backend.destroy('one');
    await area.backend.rollback('two');
    expect(await area.tree()).toEqual(two);
    expect((await area.backend.list()).map(({ name }) => name)).toEqual(['two']);
  });

  it('Checkpoints of version one are complete after a takeover that was interrupted between its two renames.', async () => {
    const { area, one } = await oldArea();
    await area.backend.rollback('one');
    renameSync(join(area.store, 'pack-000001'), join(area.store, '000001-1700000000-one'));
    expect((await area.backend.list()).map(({ name }) => name)).toEqual(['one']);
    await area.backend.take('next');
    expect(await area.snapshot('one')).toEqual(one);
  });
});

it('A checkpoint with a damaged index is named and never misread, and the others remain usable.', async () => {
  const area = newArea();
  writeFileSync(area.at('file'), 'a');
  await area.backend.take('a');
  writeFileSync(area.at('file'), 'b');
  await area.backend.take('b');
  const index = readdirSync(area.store).find((name) => name.endsWith('-b')) ?? '';
  truncateSync(join(area.store, index), 100);
  for (const operation of ['rollback', 'open'] as const)
    expect((await refusal(area.backend[operation]('b'))).message).toMatch(/-b is damaged/);
  expect(readFileSync(area.at('file'), 'utf8')).toBe('b');
  await area.backend.rollback('a');
  expect(readFileSync(area.at('file'), 'utf8')).toBe('a');
  expect((await area.backend.list()).map(({ name }) => name)).toEqual(['a']);
});

it('A checkpoint of a later version is refused.', async () => {
  const area = newArea();
  writeFileSync(area.at('file'), 'a');
  await area.backend.take('a');
  const index = readdirSync(area.store).find((name) => name.endsWith('-a')) ?? '';
  writeFileSync(join(area.store, index), '{"version":9}\n');
  expect((await refusal(area.backend.rollback('a'))).message).toMatch(/is of version 9/);
  expect(readFileSync(area.at('file'), 'utf8')).toBe('a');
});
