import { describe, expect, it } from 'vitest';
import { kindOfLine } from '../../../src-shared/journal/kind-of-line';
import { parseRecord, RECORDS } from '../../../src-shared/journal/records';
import { concernsRun } from '../../../src-shared/runs/run-view';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const line = (value: object): string => JSON.stringify({ kind: 'exit', at: 1, ...value });

describe('kindOfLine', () => {
  it.each(Object.keys(RECORDS))('finds the kind %s in a text and in bytes', (kind) => {
    const record = JSON.stringify({ kind, at: 1, text: 'é' });
    expect([kindOfLine(record), kindOfLine(bytes(record))]).toEqual([kind, kind]);
  });

  it('finds a kind that this version does not know, and one in a line that is torn at its end', () => {
    for (const torn of ['{"kind":"step-resumed","at":1}', '{"kind":"step-resumed","at'])
      expect([kindOfLine(torn), kindOfLine(bytes(torn))]).toEqual(['step-resumed', 'step-resumed']);
  });

  it.each([
    '',
    '{',
    '{"kind":"exi',
    '{"at":1,"kind":"exit"}',
    ' {"kind":"exit"}',
    '\0'.repeat(60),
    `{"kind":"${'x'.repeat(5000)}"}`,
  ])('finds none in a line that is no record: %j', (text) => {
    expect([kindOfLine(text), kindOfLine(bytes(text))]).toEqual([undefined, undefined]);
  });

  it('finds the kind of a line within other bytes, and does not read on into the next line', () => {
    const lines = bytes('{"kind":"output"}\n{"kind":"exit"}\n{"kind":"pau\nsed"}');
    expect([0, 18, 34, 1].map((start) => kindOfLine(lines, start))).toEqual(['output', 'exit', undefined, undefined]);
  });

  it('passes over output and reads of the manifest, which do not change a run', () => {
    for (const kind of Object.keys(RECORDS))
      expect(concernsRun(bytes(JSON.stringify({ kind })))).toBe(kind !== 'output' && kind !== 'manifest-read');
  });
});

describe('parseRecord', () => {
  it('accepts records of version 1, and fields that it does not know', () => {
    const old = { code: 0, outcome: 'done', seconds: 1.5, steps: [], checkpoints: ['a'] };
    expect(parseRecord(line(old))).toEqual({ kind: 'exit', at: 1, ...old });
    expect(parseRecord(line({ ...old, moods: [1] }))).toMatchObject({ moods: [1] });
    const { steps: _, checkpoints: __, ...oldest } = old;
    expect(parseRecord(line(oldest))).toMatchObject({ kind: 'exit' });
  });

  it.each([
    ['a number where a list belongs', line({ code: 1, outcome: 'failed', seconds: 1, steps: 5 })],
    ['an element of another shape', line({ code: 1, outcome: 'failed', seconds: 1, steps: [{ step: 'a' }] })],
    ['a missing field', line({ code: 1, seconds: 1 })],
    ['null', line({ code: null, outcome: 'done', seconds: 1 })],
    ['an outcome that does not exist', line({ code: 1, outcome: 'excellent', seconds: 1 })],
    ['no time', '{"kind":"paused","step":"a"}'],
    ['a time that is no number', '{"kind":"paused","at":"now","step":"a"}'],
    ['a torn line', '{"kind":"paused","at":1,"step":"a'],
    ['a torn line that ends in a brace', '{"kind":"step-started","at":1,"argv":["{}'],
    ['zeros after a record', `{"kind":"paused","at":1,"step":"a"}${'\0'.repeat(8)}`],
    ['a kind of another version', '{"kind":"resumed","at":1}'],
    ['the name of a method of every object', '{"kind":"toString","at":1}'],
    ['a list', '[1]'],
    ['a number', '5'],
  ])('takes no record with %s', (_, text) => {
    expect(parseRecord(text)).toBeUndefined();
  });
});
