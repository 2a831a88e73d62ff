import { expect, it } from 'vitest';
import { Readers } from '../../../src-shared/document/readers';
import { costOf } from '../../../src-shared/document/section-cost';
import { parseManifest } from '../../../src-shared/manifest/parse';

const STEPS = [
  { step: 'pop', expectedSeconds: 20 },
  { step: 'mod', expectedSeconds: 5 },
  { step: 'menu', expectedSeconds: 1 },
];

it('The cost of a section has its readers, and the steps from the first of them on.', () => {
  const { root } = parseManifest(
    '<distribution name="x"><img_params><hostname>h</hostname><user username="u"/><grub_menu_modifications><title>t</title></grub_menu_modifications></img_params></distribution>',
  );
  const read = (step: string, ...requests: string[]) => ({
    step,
    reads: requests.map((request) => ({ request, isKey: false })),
  });
  const readers = new Readers(root, [
    read('pop', 'name'),
    read('mod', 'img_params/hostname'),
    read('menu', 'img_params/hostname', 'img_params/grub_menu_modifications/title', 'img_params/user/username'),
  ]);
  expect(costOf('accounts', readers, STEPS)).toEqual({ readers: ['mod', 'menu'], runs: 2, seconds: 6 });
  expect(costOf('boot', readers, STEPS)).toEqual({ readers: ['menu'], runs: 1, seconds: 1 });
  expect(costOf('overview', readers, STEPS)).toEqual({ readers: ['pop'], runs: 3, seconds: 26 });
  expect(costOf('repositories', readers, STEPS)).toEqual({ readers: [], runs: 0, seconds: 0 });
});

it('The time is unknown while a step has none.', () => {
  const { root } = parseManifest('<distribution name="x"/>');
  const readers = new Readers(root, [{ step: 'pop', reads: [{ request: 'name', isKey: false }] }]);
  const steps = [...STEPS, { step: 'new', expectedSeconds: null }];
  expect(costOf('overview', readers, steps)).toEqual({ readers: ['pop'], runs: 4, seconds: undefined });
});
