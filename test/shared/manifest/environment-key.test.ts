import { expect, it } from 'vitest';
import { environmentWords } from '../../../src-shared/manifest/environment-key';

it('The words of the key environment are separated by blanks or commas, and each is listed once.', () => {
  const pair = (key: string, value: string) => ({ key, value });
  expect(environmentWords([pair('environment', ' A, B\n A'), pair('other', 'X'), pair('environment', 'C=1')])).toEqual([
    'A',
    'B',
    'C=1',
  ]);
  expect(environmentWords([])).toEqual([]);
});
