import { expect, it } from 'vitest';
import { fieldPlaces } from '../../../src-shared/document/field-list';
import { parseManifest } from '../../../src-shared/manifest/parse';

const USERS = '<user username="ann"/><user username="ben"/>';
const tree = parseManifest(`<distribution name="x"><img_params>${USERS}</img_params></distribution>`);

it('Fields of a repeated element exist once for each, with the name of their owner.', () => {
  const users = fieldPlaces(tree).filter(({ path, attribute }) => path.includes('/user') && attribute === 'username');
  expect(users.map(({ label, section }) => [label.split(':')[0], section])).toEqual([
    ['ann', 'accounts'],
    ['ben', 'accounts'],
  ]);
});

it('A field that the manifest lacks can be found, and lists with a screen of their own are left out.', () => {
  const places = fieldPlaces(tree);
  expect(places.map(({ section }) => section)).toContain('boot');
  expect(places.filter(({ section }) => ['packages', 'steps', 'xml'].includes(section))).toEqual([]);
});
