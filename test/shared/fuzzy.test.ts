import { describe, expect, it } from 'vitest';
import { FuzzySearch } from '../../src-shared/fuzzy';

const TEXTS = [
  'Build',
  'Build from the beginning',
  'Go to Build settings',
  'Rebuild index',
  'Add a build host…',
  'Undo',
];
const find = (query: string, texts: readonly string[] = TEXTS): readonly string[] =>
  new FuzzySearch(texts, (text) => text).find(query, 10);

describe('The fuzzy search', () => {
  it('has the whole text first, then the beginning, the start of a part, and the inside of a part', () => {
    expect(find('build')).toEqual([
      'Build',
      'Build from the beginning',
      'Add a build host…',
      'Go to Build settings',
      'Rebuild index',
    ]);
  });

  it('finds the letters of an abbreviation', () => {
    expect(find('bfb')).toEqual(['Build from the beginning']);
    expect(find('gbs')).toEqual(['Go to Build settings']);
    expect(find('hstnm', ['Host name', 'Hostile'])).toEqual(['Host name']);
  });

  it('requires every term, in any order', () => {
    expect(find('settings go')).toEqual(['Go to Build settings']);
    expect(find('build nothing')).toEqual([]);
  });

  it('matches a single letter with the start of a part only', () => {
    expect(find('u')).toEqual(['Undo']);
  });

  it('returns the first entries without a query', () => {
    expect(new FuzzySearch(TEXTS, (text) => text).find(' ', 2)).toEqual(['Build', 'Build from the beginning']);
  });

  it('ignores letters that are far apart', () => {
    expect(find('zz', [`z${'a'.repeat(40)}z`])).toEqual([]);
  });
});
