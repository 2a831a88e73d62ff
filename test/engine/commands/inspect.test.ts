// Reading an area while other processes change it. The changes happen inside the reading, so nothing depends on speed.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspect, type Inspection } from '../../../src-engine/commands/inspect';
import { finished, says, TestProject } from '../../support/engine';
import { eventually } from '../../support/eventually';

let project: TestProject;
let manifest: string;
beforeEach(async () => {
  project = new TestProject({
    steps: [{ name: 'a', body: 'date +%s%N >"$2/stamp"' }, { name: 'b' }, { name: 'c' }],
  });
  manifest = join(project.folder, 'manifest.xml');
  expect((await project.build()).code).toBe(0);
});
afterEach(() => project.dispose());

/**
 * Reads with a change during the first attempts. Returns the result of the last attempt, and the number of attempts.
 */
async function readDuring<T>(
  change: () => unknown,
  read: (inspection: Inspection) => Promise<T>,
  changes = 1,
): Promise<{ result: T; attempts: number }> {
  let attempts = 0;
  const result = await inspect(manifest, async (inspection) => {
    const found = await read(inspection);
    if (++attempts <= changes) await change();
    return found;
  });
  return { result, attempts };
}

const stamp = async (inspection: Inspection): Promise<string> =>
  text(await (await inspection.open('b')).tree.read('pkg_image/stamp'));

describe('what is read of an area', () => {
  it('is read again when its checkpoint was taken again meanwhile, also under the same name', async () => {
    const { result, attempts } = await readDuring(() => project.build(), stamp);
    expect(attempts).toBe(2);
    expect(result).toBe((await project.run('cat', 'manifest.xml', 'b', 'pkg_image/stamp')).stdout);
  });

  it('is read once when other checkpoints have changed', async () => {
    expect((await readDuring(() => project.build('-r', 'c'), stamp)).attempts).toBe(1);
    expect((await readDuring(() => project.run('prune', '--from', 'c', '--yes', 'manifest.xml'), stamp)).attempts).toBe(
      1,
    );
  });

  it('is read again when it failed because its checkpoint was replaced', async () => {
    let attempts = 0;
    const result = await inspect(manifest, async (inspection) => {
      const { tree } = await inspection.open('b');
      if (++attempts === 1) await project.build();
      return text(await tree.read('pkg_image/stamp'));
    });
    expect(attempts).toBe(2);
    expect(result).toMatch(/^\d+\n$/);
  });

  it('is missing, with the step, when its checkpoint is gone', async () => {
    const prune = () => project.run('prune', '--from', 'b', '--yes', 'manifest.xml');
    await expect(readDuring(prune, stamp)).rejects.toMatchObject({
      code: 'missing',
      message: 'The step b has no checkpoint.',
    });
  });

  it('is "changing" when it changes at every attempt', async () => {
    let n = 0;
    const change = () => writeFileSync(join(project.area, '.step_b'), `${++n}`);
    await expect(readDuring(change, stamp, Infinity)).rejects.toMatchObject({
      code: 'changing',
      message: expect.stringContaining('The build area is changing') as string,
    });
  });

  it('belongs to one moment together with the lock and the newest run', async () => {
    const { result, attempts } = await readDuring(
      () => project.build('-r', 'c'),
      async (inspection) => {
        const { snapshots } = inspection.useAll();
        return snapshots.length;
      },
    );
    expect({ result, attempts }).toEqual({ result: 4, attempts: 2 });
  });

  it('keeps its error when nothing has changed', async () => {
    await expect(inspect(manifest, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  });
});

describe('the build data', () => {
  const names = (inspection: Inspection): Promise<readonly string[]> => inspection.live().names('pkg_image');

  it('is read once while no build runs, and again when one has run meanwhile', async () => {
    expect((await readDuring(() => undefined, names)).attempts).toBe(1);
    expect((await readDuring(() => project.build('-r', 'c'), names)).attempts).toBe(2);
  });

  describe('while a step runs', () => {
    let build: ReturnType<TestProject['start']>;
    beforeEach(async () => {
      project.script(
        'b',
        `echo one >"$2/one"; echo waits >&2; until [ -e "${project.folder}/go" ]; do sleep 0.05; done`,
      );
      build = project.start('distro_const', ['build', '-r', 'b', 'manifest.xml']);
      await says(build, /waits/);
    });
    afterEach(async () => {
      writeFileSync(join(project.folder, 'go'), '');
      expect((await finished(build)).code).toBe(0);
    });

    it('is read when the step leaves it alone meanwhile', async () => {
      await eventually(async () => {
        const { result, attempts } = await readDuring(() => undefined, names);
        expect(attempts).toBe(1);
        expect(result).toContain('one');
      });
      expect((await project.run('diff', 'manifest.xml', 'b')).stdout).toContain('+ pkg_image/one  (4 B)');
    });

    it('is read again when the step has written meanwhile', async () => {
      const { result, attempts } = await readDuring(
        () => writeFileSync(join(project.area, 'build_data/pkg_image/two'), 'x'),
        names,
      );
      expect(attempts).toBe(2);
      expect(result).toContain('two');
    });

    it('is "changing" when the step writes at every attempt', async () => {
      let n = 0;
      const write = () => writeFileSync(join(project.area, `build_data/pkg_image/${++n}`), 'x');
      await expect(readDuring(write, names, Infinity)).rejects.toMatchObject({ code: 'changing' });
    });
  });

  it('is "changing" while the engine replaces it', async () => {
    // A prune or a rollback holds the lock while no step runs.
    const lock = join(project.area, '.slipway/lock');
    const { ownIdentity } = await import('../../../src-engine/system/processes');
    const owner = { ...ownIdentity(), since: 0, client: 'test', user: 'test', manifest };
    writeFileSync(lock, JSON.stringify(owner));
    try {
      await expect(inspect(manifest, names)).rejects.toMatchObject({ code: 'changing' });
      const { code, stderr } = await project.run('diff', 'manifest.xml', 'b');
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('is changing') as string });
    } finally {
      rmSync(lock);
    }
  });
});
