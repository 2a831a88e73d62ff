import { expect, it } from 'vitest';
import { parseDocument } from '../../../src-main/build-hosts/engine/read-answer';

it('An answer that is cut off, is not JSON or is nested without end is not a document.', () => {
  const deep = `${'{"a":'.repeat(2e6)}1${'}'.repeat(2e6)}`;
  const texts = ['{"at": 1', 'text', '', '['.repeat(5e6), deep, `[${'[],'.repeat(10)}`];
  expect(texts.map(parseDocument)).toEqual(texts.map(() => undefined));
});

it('Brackets in strings do not count as nesting.', () => {
  const value = { text: `${'[{"'.repeat(1000)}\\`, list: [[1], ['"]']] };
  expect(parseDocument(JSON.stringify(value))).toEqual(value);
});
