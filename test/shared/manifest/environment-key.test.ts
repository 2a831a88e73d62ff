import { expect, it } from 'vitest';
import { environmentNames } from '../../../src-shared/manifest/environment-key';

it('The names in the key environment are separated by blanks or commas, and each is listed once.', () => {
  const pair = (key: string, value: string) => ({ key, value });
  expect(environmentNames([pair('environment', ' A, B\n A'), pair('other', 'X'), pair('environment', 'C=1')])).toEqual([
    'A',
    'B',
    'C=1',
  ]);
  expect(environmentNames([])).toEqual([]);
});
