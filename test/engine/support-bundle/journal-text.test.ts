import { expect, it } from 'vitest';
import { redactJournal } from '../../../src-engine/support-bundle/journal-text';
import { Redactor } from '../../../src-engine/support-bundle/redactor';
import { PRIVATE_KEY } from './secrets';

const redactor = new Redactor([]);

it('A private key whose lines are records of a journal is removed, among the records of others.', () => {
  const output = (text: string, stream = 'stdout'): string =>
    JSON.stringify({ kind: 'output', at: 1, step: 'a', stream, text });
  const journal = PRIVATE_KEY.flatMap((line) => [output(line), output('working', 'stderr')]).join('\n');
  const texts = redactJournal(journal, redactor, false)
    .split('\n')
    .map((line) => (JSON.parse(line) as { text: string }).text);
  expect(texts).toEqual(PRIVATE_KEY.flatMap(() => ['[removed]', 'working']));
});
it('A secret that is cut between two records of one line is removed.', () => {
  const redactor = new Redactor(['swordfish']);
  const output = (text: string, continued?: true) =>
    JSON.stringify({ kind: 'output', at: 1, step: 'a', stream: 'stdout', text, ...(continued && { continued }) });
  const journal = [output('the password is sword', true), output('fi\b\bfish'), output('next')].join('\n');
  const clean = redactJournal(journal, redactor, false);
  expect(clean).not.toMatch(/fish/);
  expect(clean).toContain('the password is');
  expect(clean).toContain('"text":"next"');
});

it('Hashes of a journal cannot be tried out, and equal ones stay equal.', () => {
  const read = (hash: string) => ({ kind: 'manifest-read', at: 1, step: 'a', request: 'rootpass', isKey: false, hash });
  const journal = ['0123', '0123', '4567'].map((hash) => JSON.stringify(read(hash))).join('\n');
  const [a, b, c] = redactJournal(journal, redactor, false)
    .split('\n')
    .map((line) => (JSON.parse(line) as { hash: string }).hash);
  expect([a === b, a === c, a === '0123']).toEqual([true, false, false]);
  // The remains of a record after a crash.
  expect(redactJournal(JSON.stringify(read('0123')).slice(0, -4), redactor, false)).not.toContain('"0');
});
