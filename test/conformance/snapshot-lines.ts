import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exec } from '../../src-engine/system/exec';
import { createMemoryBackend } from '../../src-engine/snapshots/memory';
import { AppError } from '../../src-shared/errors';
import { eventually } from '../support/eventually';
import { Random } from '../support/random';
import { treeManifest } from '../support/tree-manifest';
import type { BackendSubject, BackendUnderTest } from './snapshot-subject';

const PART_BYTES = 4_000_000;
/** Metadata, and what a file system frees in larger parts. */
const SLACK_BYTES = 2_000_000;
const ACTS = 24;
const SEED = 20261130;

/** The duties of `ParkedLines`, with the same file in each snapshot having another content. */
export function describeLines(subject: BackendSubject): void {
  const write = ({ buildData }: BackendUnderTest, content: string): void =>
    writeFileSync(join(buildData, 'file'), content);
  const content = ({ buildData }: BackendUnderTest): string => readFileSync(join(buildData, 'file'), 'utf8');
  const names = async ({ backend }: BackendUnderTest): Promise<string[]> =>
    (await backend.list()).map(({ name }) => name);
  const parked = async ({ backend }: BackendUnderTest): Promise<Record<string, string[]>> =>
    Object.fromEntries(
      [...(await backend.lines.list())].map(([line, all]) => [line, all.map(({ name }) => name)] as const).sort(),
    );
  async function take(area: BackendUnderTest, ...snapshots: string[]): Promise<void> {
    for (const name of snapshots) {
      write(area, name);
      await area.backend.take(name);
    }
  }
  async function areaWith(...snapshots: string[]): Promise<BackendUnderTest> {
    const area = await subject.area();
    await area.backend.reset();
    await take(area, ...snapshots);
    return area;
  }
  async function fork(area: BackendUnderTest, line: string, name: string): Promise<void> {
    await area.backend.lines.park(line);
    await area.backend.lines.fork(line, name);
  }
  async function switchTo(area: BackendUnderTest, line: string, present: string): Promise<void> {
    await area.backend.lines.park(present);
    await area.backend.lines.activate(line);
  }

  it('A fork keeps all snapshots of the line that it leaves, and shares those before it.', async () => {
    const area = await areaWith('a', 'b', 'c');
    write(area, 'end of one');
    await fork(area, 'one', 'b');
    expect([content(area), await names(area), await parked(area)]).toEqual(['b', ['a', 'b'], { one: ['a', 'b', 'c'] }]);
    await take(area, 'c', 'd');
    expect([await names(area), await parked(area)]).toEqual([['a', 'b', 'c', 'd'], { one: ['a', 'b', 'c'] }]);
  });

  it('Switching between lines brings back the last tree and all snapshots of each, any number of times.', async () => {
    const area = await areaWith('a', 'b', 'c');
    mkdirSync(join(area.buildData, 'only-one'));
    write(area, 'end of one');
    await fork(area, 'one', 'b');
    await take(area, 'd');
    write(area, 'end of two');
    for (let n = 0; n < 2; n++) {
      await switchTo(area, 'one', 'two');
      expect([content(area), await names(area), await parked(area)]).toEqual([
        'end of one',
        ['a', 'b', 'c'],
        { two: ['a', 'b', 'd'] },
      ]);
      expect(existsSync(join(area.buildData, 'only-one'))).toBe(true);
      await switchTo(area, 'two', 'one');
      expect([content(area), await names(area), await parked(area)]).toEqual([
        'end of two',
        ['a', 'b', 'd'],
        { one: ['a', 'b', 'c'] },
      ]);
      expect(existsSync(join(area.buildData, 'only-one'))).toBe(false);
    }
    await area.backend.rollback('d');
    expect([content(area), await names(area)]).toEqual(['d', ['a', 'b', 'd']]);
  });

  it('A fork from a parked line shares its snapshots, and each of three lines can be made the present one.', async () => {
    const area = await areaWith('a', 'b', 'c', 'd');
    await fork(area, 'one', 'b');
    await take(area, 'x');
    await area.backend.lines.park('two');
    await area.backend.lines.fork('one', 'c');
    await take(area, 'y');
    expect([await names(area), await parked(area)]).toEqual([
      ['a', 'b', 'c', 'y'],
      { one: ['a', 'b', 'c', 'd'], two: ['a', 'b', 'x'] },
    ]);
    await switchTo(area, 'two', 'three');
    expect([content(area), await names(area)]).toEqual(['x', ['a', 'b', 'x']]);
    await switchTo(area, 'one', 'two');
    expect([content(area), await names(area), await parked(area)]).toEqual([
      'd',
      ['a', 'b', 'c', 'd'],
      { three: ['a', 'b', 'c', 'y'], two: ['a', 'b', 'x'] },
    ]);
    await area.backend.rollback('d');
    expect(content(area)).toBe('d');
  });

  it('Destroying a line keeps every snapshot that another line has.', async () => {
    const area = await areaWith('a', 'b', 'c', 'd');
    await fork(area, 'one', 'c');
    await area.backend.lines.park('two');
    await area.backend.lines.fork('one', 'b');
    await take(area, 'z');
    await area.backend.lines.destroy('one');
    expect([await names(area), await parked(area)]).toEqual([['a', 'b', 'z'], { two: ['a', 'b', 'c'] }]);
    await area.backend.lines.destroy('one'); // can be repeated
    await switchTo(area, 'two', 'three');
    expect([content(area), await names(area)]).toEqual(['c', ['a', 'b', 'c']]);
    await area.backend.lines.destroy('three');
    expect([await names(area), await parked(area)]).toEqual([['a', 'b', 'c'], {}]);
    await area.backend.rollback('a');
    expect([content(area), await names(area)]).toEqual(['a', ['a']]);
  });

  it('Parking and then emptying the build data keeps the parked line.', async () => {
    const area = await areaWith('a', 'b');
    await area.backend.lines.park('one');
    await area.backend.reset();
    expect([await names(area), await parked(area)]).toEqual([[], { one: ['a', 'b'] }]);
    await take(area, 'a');
    await switchTo(area, 'one', 'two');
    expect([content(area), await names(area), await parked(area)]).toEqual(['b', ['a', 'b'], { two: ['a'] }]);
  });

  it('Each operation can be repeated after it is complete.', async () => {
    const area = await areaWith('a', 'b');
    write(area, 'end of one');
    await area.backend.lines.park('one');
    await area.backend.lines.park('one');
    for (let n = 0; n < 2; n++) await area.backend.lines.fork('one', 'a');
    expect([content(area), await names(area), await parked(area)]).toEqual(['a', ['a'], { one: ['a', 'b'] }]);
    await switchTo(area, 'one', 'two');
    if (subject.properties().persistent) await area.backend.lines.activate('one');
    expect([content(area), await names(area), await parked(area)]).toEqual(['end of one', ['a', 'b'], { two: ['a'] }]);
  });

  it('The snapshots and the last tree of a parked line are read while it is parked, and the views leave nothing behind.', async () => {
    const area = await areaWith('a', 'b', 'c');
    write(area, 'end of one');
    await fork(area, 'one', 'b');
    await take(area, 'd');
    write(area, 'end of two');
    const { lines } = area.backend;
    const before = [await names(area), await parked(area)];
    const read = async (name?: string): Promise<string> => {
      const view = await lines.open('one', name);
      const copy = mkdtempSync(join(tmpdir(), 'slipway-copy-'));
      try {
        const inTree = (await (await view.tree.read('file')).toArray()).join('');
        expect(readFileSync(join(await view.folder(), 'file'), 'utf8')).toBe(inTree);
        await view.copyInto(copy, exec);
        expect(readFileSync(join(copy, 'file'), 'utf8')).toBe(inTree);
        expect([await names(area), await parked(area)]).toEqual(before);
        return inTree;
      } finally {
        await view.close();
        rmSync(copy, { recursive: true });
      }
    };
    for (const name of ['a', 'b', 'c']) expect(await read(name)).toBe(name);
    expect(await read()).toBe('end of one');
    expect(content(area)).toBe('end of two');
    await expect(lines.open('one', 'd')).rejects.toThrow(AppError);
    await expect(lines.open('none')).rejects.toThrow(AppError);
    await switchTo(area, 'one', 'two');
    expect([content(area), await names(area)]).toEqual(['end of one', ['a', 'b', 'c']]);
    await area.backend.rollback('b');
    expect(await parked(area)).toEqual({ two: ['a', 'b', 'd'] });
  });

  it('A view of the last tree of a line stays as it is: a switch to that line leaves the view alone, or is refused.', async () => {
    const area = await areaWith('a');
    write(area, 'end of one');
    await fork(area, 'one', 'a');
    const view = await area.backend.lines.open('one');
    const folder = await view.folder();
    const isSame = (): void => expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('end of one');
    if (subject.properties().viewsStopSwitches) {
      await expect(area.backend.lines.park('two')).rejects.toThrow('is not possible while a checkpoint is read');
      isSame();
      await view.close();
    }
    await switchTo(area, 'one', 'two');
    write(area, 'later');
    if (!subject.properties().viewsStopSwitches) {
      isSame();
      await view.close();
    }
    expect(await names(area)).toEqual(['a']);
    await area.backend.rollback('a');
    expect(content(area)).toBe('a');
  });

  it('Checkpoints of a parked line are removed, and the line keeps the others and its last tree.', async () => {
    const area = await areaWith('a', 'b', 'c', 'd');
    write(area, 'end of one');
    await fork(area, 'one', 'b');
    await area.backend.lines.prune('one', ['c', 'd']);
    await area.backend.lines.prune('one', ['c', 'd']); // can be repeated
    expect([await names(area), await parked(area)]).toEqual([['a', 'b'], { one: ['a', 'b'] }]);
    await switchTo(area, 'one', 'two');
    expect([content(area), await names(area)]).toEqual(['end of one', ['a', 'b']]);
    await take(area, 'c');
    await area.backend.rollback('b');
    expect(content(area)).toBe('b');
  });

  it('A fork from what is not there is refused, and the line is made the present one again.', async () => {
    const area = await areaWith('a');
    write(area, 'end');
    await area.backend.lines.park('one');
    await expect(area.backend.lines.fork('one', 'none')).rejects.toThrow(AppError);
    await area.backend.lines.activate('one');
    expect([content(area), await names(area), await parked(area)]).toEqual(['end', ['a'], {}]);
  });

  it('A rollback that would destroy what a parked line needs is announced, or keeps it.', async () => {
    const area = await areaWith('a', 'b', 'c');
    await fork(area, 'one', 'b');
    expect(await area.backend.lines.blockRollback('b')).toBe(false);
    if (await area.backend.lines.blockRollback('a')) await expect(area.backend.rollback('a')).rejects.toThrow(/clone/i);
    else await area.backend.rollback('a');
    expect(await parked(area)).toEqual({ one: ['a', 'b', 'c'] });
  });

  it('Parking a line costs nothing that it did not have, and its bytes are what destroying it frees.', async () => {
    const area = await areaWith('a');
    const { lines } = area.backend;
    const used = (): number => area.used?.() ?? 0;
    /** Waits until the file system has freed and counted everything. */
    const settles = (least: number, most: number): Promise<void> =>
      eventually(() => {
        if (!area.used) return;
        expect(used()).toBeGreaterThanOrEqual(least);
        expect(used()).toBeLessThanOrEqual(most);
      });
    const before = used();
    writeFileSync(join(area.buildData, 'shared'), randomBytes(PART_BYTES));
    await area.backend.take('b');
    writeFileSync(join(area.buildData, 'own'), randomBytes(PART_BYTES));
    await area.backend.take('c');
    writeFileSync(join(area.buildData, 'end'), randomBytes(PART_BYTES));
    await settles(before + 3 * PART_BYTES - SLACK_BYTES, Infinity);
    const built = used();
    await fork(area, 'one', 'b');
    // What only the line has is there once: nothing is copied to park it.
    await settles(built - 2 * PART_BYTES - SLACK_BYTES, built + SLACK_BYTES);
    const parkedBytes = used();
    const bytes = await lines.bytes(['one']);
    expect([...(await lines.bytesEach(['one']))]).toEqual([['one', bytes]]);
    await lines.destroy('one');
    await settles(before + PART_BYTES - SLACK_BYTES, parkedBytes - 2 * PART_BYTES + SLACK_BYTES);
    if (bytes === undefined) return;
    // On btrfs it is a lower bound: what several trees of the line share is not counted.
    const least = area.backend.kind === 'btrfs' ? PART_BYTES : 2 * PART_BYTES;
    expect(bytes).toBeGreaterThan(least - SLACK_BYTES);
    expect(bytes).toBeLessThan(2 * PART_BYTES + SLACK_BYTES);
    expect(await lines.bytes([])).toBe(0);
  });

  it('Random changes of lines do the same as in memory.', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-memory-'));
    const memoryData = join(folder, 'build_data');
    const memory: BackendUnderTest = { backend: createMemoryBackend({ buildData: memoryData }), buildData: memoryData };
    try {
      const sides = [await subject.area(), memory];
      const random = new Random(SEED);
      const done: string[] = [];
      let present = 'line0';
      let lines = 1;
      for (const { backend } of sides) await backend.reset();
      for (let n = 0; n < ACTS; n++) {
        const others = Object.keys(await parked(memory));
        const own = await names(memory);
        const kind = random.below(10);
        const line = others.length > 0 ? random.pick(others) : undefined;
        const act = await chooseAct(kind, n, own, line);
        done.push(act.text);
        for (const side of sides) await act.run(side);
        const states = [];
        for (const side of sides)
          states.push({
            snapshots: await names(side),
            parked: await parked(side),
            tree: await treeManifest(side.buildData, { contentOnly: true }),
          });
        expect(states[0], done.join('\n')).toEqual(states[1]);
      }

      interface Act {
        readonly text: string;
        readonly run: (side: BackendUnderTest) => unknown;
      }
      async function chooseAct(kind: number, n: number, own: string[], line: string | undefined): Promise<Act> {
        const left = present;
        if (kind < 4 || own.length === 0)
          return {
            text: `take s${n}`,
            run: async (side) => {
              write(side, `${n}`);
              await side.backend.take(`s${n}`);
            },
          };
        if (kind < 6) {
          const name = random.pick(own);
          present = `line${lines++}`;
          return { text: `fork from ${name}`, run: (side) => fork(side, left, name) };
        }
        if (line === undefined) return { text: 'write', run: (side) => write(side, `end ${n}`) };
        if (kind < 8) {
          present = line;
          return { text: `switch to ${line}`, run: (side) => switchTo(side, line, left) };
        }
        if (kind < 9) return { text: `destroy ${line}`, run: ({ backend }) => backend.lines.destroy(line) };
        const name = random.pick((await parked(memory))[line] ?? ['none']);
        present = `line${lines++}`;
        return {
          text: `fork from ${name} of ${line}`,
          run: async ({ backend }) => {
            await backend.lines.park(left);
            await backend.lines.fork(line, name);
          },
        };
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
