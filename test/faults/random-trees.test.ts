import { afterEach, describe, expect, it } from 'vitest';
import { count, report, seedOf } from '../support/faults/count';
import { PLACES, type Place } from '../support/faults/places';
import { RandomTrees } from '../support/faults/random-trees';
import { Random } from '../support/random';
import { lacksTool } from '../support/run-tool';

const OPERATIONS = 60;
const lacksTools = lacksTool('python3', 'setfacl', 'setcap', 'fallocate');

let place: Place | undefined;
afterEach(async () => {
  await place?.dispose();
  place = undefined;
});

describe.each(PLACES)('random trees on $name', ({ name, lacks, wholeSeconds, open }) => {
  it.skipIf(lacks ?? lacksTools)(
    'are in each checkpoint and after each rollback exactly as they were (skipped without root, python3, acl, libcap or the file system)',
    async () => {
      const total = { seeds: 0, trees: 0, entries: 0 };
      const differences: string[] = [];
      for (let n = 0; n < count(1, 20); n++) {
        const seed = seedOf(1 + n);
        place = await open();
        const trees = new RandomTrees(place, new Random(seed), { wholeSeconds, operations: OPERATIONS });
        await trees.run(count(2, 4));
        await place.dispose();
        place = undefined;
        total.seeds++;
        total.trees += trees.compared.trees;
        total.entries += trees.compared.entries;
        differences.push(...trees.compared.differences.slice(0, 10).map((line) => `seed ${seed}: ${line}`));
      }
      report(
        `random trees on ${name}: ${total.seeds} seeds, ${total.trees} trees and ${total.entries} entries compared, ` +
          `${differences.length === 0 ? 'all exact' : `${differences.length} or more differ`}`,
      );
      expect(differences.join('\n')).toBe('');
      expect(total.entries).toBeGreaterThan(0);
    },
  );
});
