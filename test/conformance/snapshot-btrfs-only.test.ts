import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBtrfsBackend } from '../../src-engine/snapshots/btrfs';
import { createPlainBackend } from '../../src-engine/snapshots/plain';
import { runTool } from '../support/run-tool';
import { lacksTempFileSystem, makeTempFileSystem, type TemporaryPlace } from '../support/temp-loop';

const lacks = lacksTempFileSystem('btrfs');

describe.skipIf(lacks !== undefined)(`the btrfs backend${lacks === undefined ? '' : ` (${lacks})`}`, () => {
  let place: TemporaryPlace;
  let areas = 0;
  beforeAll(() => void (place = makeTempFileSystem('btrfs')));
  afterAll(() => place.dispose());

  // Plain directories on btrfs are tested too, because an ordinary user can create subvolumes but not btrfs snapshots.
  const kinds = { btrfs: createBtrfsBackend, plain: createPlainBackend };
  const areaWith = (...snapshots: string[]) => areaOf('btrfs', ...snapshots);

  async function areaOf(kind: keyof typeof kinds, ...snapshots: string[]) {
    const area = join(place.path, `${areas++}`);
    mkdirSync(area);
    const [buildData, store] = [join(area, 'build_data'), join(area, 'store')];
    const backend = kinds[kind]({ buildData, store });
    await backend.reset();
    for (const name of snapshots) {
      writeFileSync(join(buildData, 'file'), name);
      await backend.take(name);
    }
    return { area, buildData, store, backend, names: async () => (await backend.list()).map(({ name }) => name) };
  }
  const makeSubvolume = (path: string): void => {
    runTool('btrfs', 'subvolume', 'create', path);
    writeFileSync(join(path, 'content'), 'x');
  };

  it.each(['btrfs', 'plain'] as const)(
    'takes no snapshot that leaves out a subvolume of a step, and gives the command: %s',
    async (kind) => {
      const { buildData, backend, names } = await areaOf(kind, 'a');
      const nested = join(buildData, "it's nested");
      makeSubvolume(nested);
      const error = await backend.take('b').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        message: expect.stringContaining(
          `contains subvolumes, which a checkpoint leaves out: ${nested}. Nothing was changed.`,
        ),
        hint: expect.stringContaining(kind === 'btrfs' ? 'btrfs subvolume delete -- ' : 'rm -rf -- '),
      });
      expect(await names()).toEqual(['a']);
      runTool('sh', '-c', /(btrfs subvolume delete|rm -rf) .*/.exec((error as { hint: string }).hint)?.[0] ?? 'false');
      await backend.take('b');
    },
  );

  it.each(['rollback', 'reset'] as const)('replaces build data that are read-only: %s', async (operation) => {
    for (const isNested of [false, true]) {
      const { buildData, backend } = await areaOf('btrfs', 'a');
      if (isNested) {
        const nested = join(buildData, 'nested');
        makeSubvolume(nested);
        runTool('btrfs', 'property', 'set', '-ts', nested, 'ro', 'true');
      }
      runTool('btrfs', 'property', 'set', '-ts', buildData, 'ro', 'true');
      await (operation === 'reset' ? backend.reset() : backend.rollback('a'));
      expect(readdirSync(buildData)).toEqual(operation === 'reset' ? [] : ['file']);
      writeFileSync(join(buildData, 'file'), 'writable');
    }
  });

  const operations = [
    ['btrfs', 'rollback'],
    ['btrfs', 'reset'],
    ['plain', 'rollback'],
    ['plain', 'reset'],
  ] as const;

  it.each(operations)('removes the subvolumes of steps with the build data: %s, %s', async (kind, operation) => {
    const { area, buildData, backend } = await areaWith('a', 'b');
    makeSubvolume(join(buildData, 'outer'));
    makeSubvolume(join(buildData, 'outer/inner'));
    if (kind === 'btrfs') runTool('btrfs', 'property', 'set', join(buildData, 'outer/inner'), 'ro', 'true');
    await backend[operation]('a');
    expect(readdirSync(buildData)).toEqual(operation === 'reset' ? [] : ['file']);
    expect(readdirSync(area).sort()).toEqual(['build_data', 'store']);
  });

  it.each(operations)('keeps a subvolume that is mounted elsewhere: %s, %s', async (kind, operation) => {
    const { area, buildData, backend, names } = await areaOf(kind, 'a', 'b');
    const [nested, elsewhere] = [join(buildData, 'nested'), join(area, 'elsewhere')];
    makeSubvolume(nested);
    mkdirSync(elsewhere);
    runTool('mount', '--bind', nested, elsewhere);
    try {
      await expect(backend[operation]('a')).rejects.toThrow(`mount of ${nested}: ${elsewhere}`);
      expect(readFileSync(join(elsewhere, 'content'), 'utf8')).toBe('x');
      expect([readFileSync(join(buildData, 'file'), 'utf8'), await names()]).toEqual(['b', ['a', 'b']]);
    } finally {
      runTool('umount', elsewhere);
    }
    await backend[operation]('a');
  });

  it.each(['rollback', 'reset'] as const)(
    'does not replace build data that is mounted elsewhere: %s',
    async (operation) => {
      const { area, buildData, backend, names } = await areaWith('a', 'b');
      const elsewhere = join(area, 'elsewhere');
      mkdirSync(elsewhere);
      runTool('mount', '--bind', buildData, elsewhere);
      try {
        await expect(backend[operation]('a')).rejects.toThrow(`mount of ${buildData}: ${elsewhere}`);
        expect([readFileSync(join(buildData, 'file'), 'utf8'), await names()]).toEqual(['b', ['a', 'b']]);
      } finally {
        runTool('umount', elsewhere);
      }
      await backend[operation]('a');
    },
  );

  it('destroys no snapshot in which something is mounted', async () => {
    const { store, buildData, backend, names } = await areaWith();
    mkdirSync(join(buildData, 'folder'));
    for (const name of ['a', 'b']) await backend.take(name);
    const at = join(store, readdirSync(store).at(-1) ?? '', 'folder');
    runTool('mount', '-t', 'tmpfs', 'none', at);
    try {
      for (const operation of ['destroy', 'rollback'] as const)
        await expect(backend[operation](operation === 'destroy' ? 'b' : 'a')).rejects.toThrow(
          `${at} (tmpfs from none)`,
        );
      expect(await names()).toEqual(['a', 'b']);
    } finally {
      runTool('umount', at);
    }
    await backend.destroy('b');
    expect(await names()).toEqual(['a']);
  });

  it('follows no link in place of the build data, of a leftover or of the store', async () => {
    const { area, buildData, store, backend } = await areaWith('a');
    const foreign = join(area, 'foreign');
    makeSubvolume(foreign);
    const operations = [() => backend.take('b'), () => backend.rollback('a'), () => backend.reset()];
    for (const link of [`${buildData}.old-1-1700000000000`, `${buildData}.new-1-1700000000000`]) {
      symlinkSync(foreign, link);
      for (const act of operations) await expect(act()).rejects.toThrow(`${link} is a symbolic link to ${foreign}`);
      rmSync(link);
    }
    for (const path of [buildData, store]) {
      runTool('mv', path, `${path}-moved`);
      symlinkSync(`${path}-moved`, path);
      for (const act of operations) await expect(act()).rejects.toThrow(/is a symbolic link to .*Nothing was changed/);
      rmSync(path);
      runTool('mv', `${path}-moved`, path);
    }
    expect(readFileSync(join(foreign, 'content'), 'utf8')).toBe('x');
    await backend.rollback('a');
  });

  it('has the whole tree on the disk when a snapshot is listed, and one whole tree at any moment of a rollback', async () => {
    // Clones the loop image atomically, as a power loss would leave it, right after the operation or during it.
    const outer = makeTempFileSystem('btrfs', 3 * 2 ** 30);
    const image = join(outer.path, 'image');
    const [mounted, opened] = [join(outer.path, 'mounted'), join(outer.path, 'opened')];
    for (const folder of [mounted, opened]) mkdirSync(folder);
    runTool('truncate', '-s', '1G', image);
    runTool('mkfs.btrfs', '-q', image);
    runTool('mount', '-o', 'loop,commit=300', image, mounted); // time alone writes nothing
    const clones: string[] = [];
    const clone = (): void => {
      const path = join(outer.path, `clone${clones.length}`);
      runTool('cp', '--reflink=always', image, path);
      clones.push(path);
    };
    /** What the next start finds on a clone: the content of the build data and of each snapshot. */
    async function found(path: string) {
      runTool('mount', '-o', 'loop', path, opened);
      try {
        // Each clone has the identity of the original, so only one is mounted at a time.
        const backend = createBtrfsBackend({ buildData: join(opened, 'build_data'), store: join(opened, 'store') });
        const sizes = (await backend.list()).map(({ name, id }) => [name, sizeOf(join(id, 'big'))]);
        if (sizes.length > 0) await backend.take('after');
        return { sizes, current: sizeOf(join(opened, 'build_data/big')) };
      } finally {
        runTool('umount', opened);
      }
    }
    const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : -1);
    try {
      const [buildData, store] = [join(mounted, 'build_data'), join(mounted, 'store')];
      const backend = createBtrfsBackend({ buildData, store });
      await backend.reset();
      for (const [n, name] of ['a', 'b', 'c'].entries()) {
        writeFileSync(join(buildData, 'big'), Buffer.alloc((n + 1) * 5_000_000, name));
        await backend.take(name);
        clone();
      }
      writeFileSync(join(buildData, 'big'), 'spoilt');
      await backend.rollback('a');
      clone();
      runTool('umount', mounted);
      const all: [string, number][] = [
        ['a', 5_000_000],
        ['b', 10_000_000],
        ['c', 15_000_000],
      ];
      for (const [n, path] of clones.slice(0, 3).entries()) {
        const { sizes, current } = await found(path);
        expect([sizes, current]).toEqual([all.slice(0, n + 1), (n + 1) * 5_000_000]);
      }
      const last = await found(clones[3] ?? '');
      expect(last.current).toBe(5_000_000);
      expect(all.slice(0, last.sizes.length)).toEqual(last.sizes);
    } finally {
      if (existsSync(join(mounted, 'store'))) runTool('umount', mounted);
      outer.dispose();
    }
  });
});
