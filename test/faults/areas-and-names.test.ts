import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { TestProject } from '../support/engine';
import { count, seedOf } from '../support/faults/count';
import { Random } from '../support/random';

const AREAS = [
  'with space',
  'ünïcode',
  'per%cent',
  'co:lon',
  '-dash',
  "quo'te",
  'dollar$x',
  'star*',
  'back\\slash',
  'a,b',
  '[x]',
  'hash#1',
  'question?',
  '~',
  '{a,b}',
  '...',
  `very${'/long'.repeat(40)}`,
];
const NAMES = [
  '-x',
  'a.json',
  'x.partial',
  'n'.repeat(140),
  'empty',
  '7',
  'a:b',
  'UP',
  'index',
  '_',
  'a..b',
  'lock',
  'toString',
  '__proto__',
];
/** Names that cannot name a snapshot on every backend: they are refused before a step runs. */
const REFUSED = ['.', '..', 'a/b', '../x', 'n'.repeat(300), 'a b', 'ü', 'A*', "q'", '~', '#', '%', 'x;y', '@'];

let project: TestProject | undefined;
afterEach(() => project?.dispose());

describe('a build area with an unusual path', () => {
  it.each(some(AREAS, 1))('builds, pauses, resumes, and shows its checkpoints: %s', async (name) => {
    project = new TestProject();
    project.write({ steps: [{ name: 'a' }, { name: 'b' }], area: join(project.folder, name) });
    const results = [
      await project.build('-p', 'b'),
      await project.build('-R'),
      await project.build('-r', 'a'),
      await project.run('diff', 'manifest.xml', 'a', 'b'),
      await project.run('checkpoints', 'manifest.xml'),
      await project.run('ls', 'manifest.xml', 'b', 'pkg_image'),
    ];
    expect(results.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(project.ran()).toEqual(['a', 'b', 'a', 'b']);
    expect(project.read('build_data/pkg_image/log')).toBe('a\nb\n');
  });
});

describe('a step with an unusual name', () => {
  it.each(some(NAMES, 2))('has a checkpoint, is resumed from, and stays current: %s', async (name) => {
    project = named(name);
    const paused = await project.build('-p', name);
    expect([paused.code, paused.stderr]).toEqual([0, expect.not.stringContaining('defect')]);
    const results = [await project.build('-R'), await project.build('-r', 'a'), await project.build('-r', name)];
    expect(results.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0, 0]);
    const { checkpoints } = (await project.json('checkpoints')) as {
      checkpoints: { freshness: { kind: string } | null }[];
    };
    expect(checkpoints.map(({ freshness }) => freshness?.kind)).toEqual(['current', 'current']);
    expect(project.read('build_data/pkg_image/log')).toBe('a\nb\n');
  });

  it.each(some(REFUSED, 3))('is refused before the first step where it cannot name a snapshot: %s', async (name) => {
    project = named(name);
    const { code, stderr } = await project.build();
    expect(stderr).not.toContain('defect');
    expect([code, project.ran()]).toEqual(code === 0 ? [0, ['a', 'b']] : [1, []]);
    expect(existsSync(join(project.folder, 'x'))).toBe(false);
  });
});

function named(name: string): TestProject {
  const made = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
  return made.edit((text) =>
    text.replace('<checkpoint name="b"', `<checkpoint name="${name.replaceAll('&', '&amp;')}"`),
  );
}

/** All of them in a full run, otherwise some by a seed. */
function some(all: readonly string[], suite: number): [string][] {
  const random = new Random(seedOf(suite));
  const wanted = count(2, all.length);
  return [...all]
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, wanted)
    .map(({ item }) => [item]);
}
