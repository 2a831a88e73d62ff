import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { TestProject } from '../support/engine';
import { count } from '../support/faults/count';
import { RandomBuilds } from '../support/random-builds';
import { Random } from '../support/random';
import { hasTool } from '../support/run-tool';
import { btrfsFolder, hasBtrfs, type TemporaryPlace } from '../support/temp-btrfs';
import { hasZfs, zfsPool } from '../support/temp-zpool';
import { treeManifest } from '../support/tree-manifest';

const ACTS = 8;
const opened: { dispose(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const place of opened.splice(0).reverse()) await place.dispose();
});

/**
 * Two build areas of one kind: `area` for the random builds, `straight` for the uninterrupted run that they are
 * compared with.
 */
type Places = () => Promise<{ area: string; straight: string; path(area: string): string }>;

const plain: Places = async () => {
  const project = new TestProject();
  opened.push(project);
  return { area: join(project.folder, 'area'), straight: join(project.folder, 'straight'), path: (area) => area };
};
const btrfs: Places = async () => {
  const place: TemporaryPlace = await btrfsFolder();
  opened.push(place);
  return { area: join(place.path, 'area'), straight: join(place.path, 'straight'), path: (area) => area };
};
const zfs: Places = async () => {
  const pool = await zfsPool();
  opened.push(pool);
  return { area: `${pool.name}/area`, straight: `${pool.name}/straight`, path: (area) => `/${area}` };
};

describe.each([
  ['plain', plain, hasTool('getfattr'), [11, 12, 13, 14]],
  ['btrfs', btrfs, hasBtrfs, [21, 22, 23, 24]],
  ['zfs', zfs, hasZfs, [31, 32, 33, 34]],
] as const)('random pauses, resumes, failures, kills and edits on %s', (_kind, places, available, seeds) => {
  it.skipIf(!available).each(seeds.slice(0, count(2, 4)).map((seed) => [seed]))(
    'end in the tree of one straight run (seed %i; skipped without root, the file system or getfattr)',
    async (seed) => {
      const { area, straight, path } = await places();
      const project = new TestProject();
      opened.push(project);
      const story = new RandomBuilds(project, new Random(seed), area);
      for (let n = 0; n < ACTS; n++) await story.act();
      await story.finish();
      const resumed = await treeManifest(join(path(area), 'build_data'), { times: false });
      await story.straight(straight);
      const ran = await treeManifest(join(path(straight), 'build_data'), { times: false });
      expect(resumed, story.log.join('\n')).toEqual(ran);
      expect(ran.length).toBeGreaterThan(20);
    },
  );
});
