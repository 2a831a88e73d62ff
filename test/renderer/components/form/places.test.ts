import { expect, it } from 'vitest';
import { countSet, isInside, isPlaceInside } from '../../../../src-renderer/components/form/advanced-places';
import { listPlace } from '../../../../src-renderer/components/form/choices';
import { loadManifest } from '../../../../src-shared/manifest/load';

it('A problem is inside a fold when its element or attribute is.', () => {
  const { tree, problems } = loadManifest(
    '<distribution name="x"><img_params><user username="a" UID="x"><homedir>home</homedir><password encrypted="false"/></user></img_params></distribution>',
    { now: new Date(0) },
  );
  const inside = (places: readonly string[]): string[] =>
    problems.filter((problem) => isInside(problem, tree, places)).map(({ path }) => path);
  expect(inside(['img_params/user@UID'])).toEqual(['img_params/user/UID']);
  expect(inside(['img_params/user'])).toEqual(['img_params/user/UID']);
  expect(problems.some((problem) => isInside(problem, tree, 'accounts'))).toBe(true);
  expect(problems.some((problem) => isInside(problem, tree, 'pairs'))).toBe(false);
  expect(inside(['img_params/user/homedir', 'img_params/user[1]', 'img_params/user@GID'])).toEqual([]);
});

it('A list opens below its field, or above it where there is more room, and stays in the window.', () => {
  const field = (left: number, top: number, width: number) => ({ left, top, width, bottom: top + 30 });
  expect(listPlace(field(100, 100, 300), 1000, 700)).toEqual({ left: 100, width: 300, maxHeight: 280, top: 134 });
  expect(listPlace(field(100, 600, 300), 1000, 700)).toEqual({ left: 100, width: 300, maxHeight: 280, bottom: 104 });
  expect(listPlace(field(950, 40, 40), 1000, 200)).toEqual({ left: 756, width: 240, maxHeight: 122, top: 74 });
});

it.each([
  ['img_params/user/homedir@', ['img_params/user/homedir'], true],
  ['img_params/user@UID', ['img_params/user@UID'], true],
  ['img_params/user/homedir@', ['img_params/user@UID'], false],
  ['a/adjustment[1]@add', ['a/adjustment'], true],
  ['img_params/root_username@', ['img_params/root_user'], false],
  ['img_params/live_img_compression@type', 'outputs', true],
  ['img_params/hostname@', 'outputs', false],
] as const)('The field %s in %j', (field, places, isOne) => {
  expect(isPlaceInside(field, places)).toBe(isOne);
});

it('A fold counts those of its settings that differ from the defaults.', () => {
  const { tree } = loadManifest(
    `<distribution name="x"><img_params>
      <live_img_compression type="lzma" level="6"/>
      <root_user directlogin="true"><password encrypted="true">!</password><shell/></root_user>
      <adjustment add="a"/><adjustment add="b" delete="c"/><user UID="5"/>
    </img_params></distribution>`,
    { now: new Date(0) },
  );
  expect(countSet(tree, ['img_params/root_user'])).toBe(1);
  expect(countSet(tree, ['img_params/adjustment'])).toBe(3);
  expect(countSet(tree, ['img_params/adjustment[1]', 'img_params/user@UID', 'img_params/user@GID'])).toBe(3);
  expect(countSet(tree, ['img_params/none', 'nothing/there'])).toBe(0);
  expect(countSet(tree, 'outputs')).toBe(2);
});

it.each([
  [
    'current',
    '<distro_constr_params><output_image><boot_archive>',
    '</boot_archive></output_image></distro_constr_params><img_params>',
  ],
  ['of 2009', '<distro_constr_params/><img_params><output_image><boot_archive>', '</boot_archive></output_image>'],
])('Written defaults of the %s layout are not counted.', (_, start, end) => {
  const { tree } = loadManifest(
    `<distribution name="x">${start}<size_pad_mb>0</size_pad_mb><compression type="gzip" level="9"/><nbpi>8</nbpi>${end}
      <live_img_compression type="none" level="0"/><hostname>here</hostname><power_mgmt><enable>false</enable></power_mgmt>
      <root_user directlogin="false"><homedir>/root</homedir><shell>/bin/sh</shell></root_user>
    </img_params></distribution>`,
    { now: new Date(0) },
  );
  expect(countSet(tree, 'outputs')).toBe(0);
  expect(countSet(tree, ['img_params/root_user'])).toBe(1);
  const archive = start.includes('img_params')
    ? 'img_params/output_image/boot_archive'
    : 'distro_constr_params/output_image/boot_archive';
  expect(countSet(tree, [`${archive}/compression`, `${archive}/size_pad_mb`, `${archive}/nbpi`])).toBe(1);
});
