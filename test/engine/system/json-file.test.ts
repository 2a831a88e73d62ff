import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listOf, number, object, optional, pairOf, text } from '../../../src-shared/shape';
import { readJsonFile } from '../../../src-engine/system/json-file';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-json-'));
  path = join(folder, 'record');
});
afterEach(() => rmSync(folder, { recursive: true }));

const shape = object('Record', '', { name: text, size: optional(number), pairs: listOf(pairOf(text, number)) });
const good = { name: 'a', pairs: [['b', 1]] };

it('A record that fits its shape is returned, with fields that the shape does not name.', () => {
  writeFileSync(path, JSON.stringify({ ...good, more: [1] }));
  expect(readJsonFile(path, shape)).toEqual({ kind: 'read', value: { ...good, more: [1] } });
  expect(readJsonFile(join(folder, 'none'), shape)).toEqual({ kind: 'missing' });
  expect(readJsonFile(join(path, 'below'), shape)).toEqual({ kind: 'missing' });
});

it.each([
  ['it is empty', ''],
  ['it is filled with zeros', '\0'.repeat(100)],
  ['it is not JSON', '{"name":"a'],
  ['it is not JSON', `${JSON.stringify(good)}\0\0\0`],
  ...['5', 'null', '[]', '"a"', '{}', 'true'].map((content) => ['it is not a Record record', content]),
  ['it is not a Record record', JSON.stringify({ ...good, name: 5 })],
  ['it is not a Record record', JSON.stringify({ ...good, size: null })],
  ['it is not a Record record', JSON.stringify({ ...good, pairs: [['b', '1']] })],
  ['it is not a Record record', JSON.stringify({ ...good, pairs: [['b', 1, 2]] })],
])('A record is returned as damaged, because %s: %j.', (why, content) => {
  writeFileSync(path, content);
  expect(readJsonFile(path, shape)).toEqual({ kind: 'damaged', why });
});

it('A path that is not a file is returned as damaged, and a pipe never makes the reader wait.', () => {
  mkdirSync(path);
  expect(readJsonFile(path, shape)).toMatchObject({ kind: 'damaged' });
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  expect(readJsonFile(join(folder, 'pipe'), shape)).toEqual({ kind: 'damaged', why: 'it is not a file' });
});
