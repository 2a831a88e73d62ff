import { afterEach, describe, expect, it } from 'vitest';
import { count, report, seedOf } from '../support/faults/count';
import { LineHistory } from '../support/faults/line-history';
import { PLACES, type Place } from '../support/faults/places';
import { Random } from '../support/random';

const ACTS = 9;
const FULL_HISTORIES = 200;

let place: Place | undefined;
afterEach(async () => {
  await place?.dispose();
  place = undefined;
});

describe.each(PLACES)('random histories of lines on $name:', ({ name, lacks, open }) => {
  it.skipIf(lacks)(
    'Builds run the fewest steps, lose no checkpoint and end in the tree of a clean build (skipped without root or the file system).',
    async () => {
      const histories = count(1, FULL_HISTORIES);
      let acts = 0;
      for (let n = 0; n < histories; n++) {
        place = await open();
        const history = new LineHistory(place, new Random(seedOf(500 + n)));
        for (let act = 0; act < ACTS; act++) await history.act();
        acts += history.log.length;
        const tree = await history.end();
        expect(tree, history.log.join('\n')).toEqual(await history.clean());
        await place.dispose();
        place = undefined;
      }
      report(`lines on ${name}: ${histories} histories, ${acts} acts, no checkpoint lost, no step too many`);
      expect(acts).toBeGreaterThan(0);
    },
  );
});
