import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plainText } from '../../../../src-shared/logs/ansi';
import type { AppError } from '../../../../src-shared/errors';
import type { BuildServices } from '../../../../src-main/rpc/services';
import { buildServices } from '../../../support/build-host';
import { TestProject } from '../../../support/engine';
import { count as perRun } from '../../../support/faults/count';
import { JournalWriter } from '../../../support/journal-writer';
import { Random } from '../../../support/random';
import { runTool } from '../../../support/run-tool';

const RUN = 'run-2026-01-01-00-00-00-1';

let project: TestProject;
let journal: JournalWriter;
let logs: BuildServices['logs'];
let of: { path: string; run: string };

beforeEach(() => {
  project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
  journal = new JournalWriter(join(project.area, 'logs'), RUN);
  logs = buildServices().logs;
  of = { path: join(project.folder, 'manifest.xml'), run: RUN };
});
afterEach(() => project.dispose());

const texts = async (from: number, count: number, selection = {}): Promise<string[]> =>
  (await logs.read({ ...of, ...selection, from, count }, {})).map(({ text }) => text);

/** Waits until the run has ended, and returns its number of lines. */
async function atEnd(selection = {}): Promise<number> {
  for (let have = -1; ;) {
    const { lines, ended } = await logs.grown({ ...of, ...selection, have }, {});
    if (ended) return lines;
    have = lines;
  }
}

describe('a journal that grows', () => {
  it.each([1, 2, 3])('is read with every line once and in order, wherever a write ends (seed %i)', async (seed) => {
    const random = new Random(seed);
    const written = Array.from({ length: 400 }, (_, n) => `line ${n} ${'äöü€😀"\\\u001b[1m'.repeat(1 + (n % 5))}`);
    const all = Buffer.from(
      written.map((text) => journal.output(text)).join('') +
        journal.record('exit', { code: 0, outcome: 'done', seconds: 1 }),
    );
    const end = atEnd();
    for (let at = 0; at < all.length;) {
      const size = 1 + random.below(900);
      journal.append(all.subarray(at, at + size));
      at += size;
      await logs.grown({ ...of, have: -1 }, {});
    }
    expect(await end).toBe(400);
    const shown = written.map(plainText);
    expect((await texts(0, 1000)).map(plainText)).toEqual(shown);
    expect((await texts(398, 10)).map(plainText)).toEqual(shown.slice(398));
    expect(await texts(400, 10)).toEqual([]);
  });

  it('answers as soon as there is a line, and ends with its caller', async () => {
    const first = logs.grown({ ...of, have: 0 }, {});
    journal.append(journal.output('one'));
    expect(await first).toMatchObject({ lines: 1, ended: false });
    const leaving = new AbortController();
    const waiting = logs.grown({ ...of, have: 1 }, { signal: leaving.signal });
    leaving.abort();
    expect(await waiting).toMatchObject({ lines: 1, ended: false });
  });

  it('has ended when it has no writer', async () => {
    journal.append(journal.output('last words'));
    expect(await atEnd()).toBe(1);
  });
});

describe('a log that another program has compressed', () => {
  it('is refused with the command that makes it readable, and is read after that', async () => {
    journal.append(journal.output('one'));
    journal.end();
    runTool('gzip', journal.path);
    const refusal = await logs.grown({ ...of, have: -1 }, {}).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'missing',
      message: expect.stringContaining(`${journal.path}.gz`) as string,
    });
    runTool('sh', '-c', /run on the build host: (.*)$/.exec((refusal as AppError).hint ?? '')?.[1] ?? 'false');
    expect(await atEnd()).toBe(1);
    expect(await texts(0, 9)).toEqual(['one']);
  });
});

describe('a line that has not ended', () => {
  const piece = (text: string, stream = 'stdout'): string =>
    journal.record('output', { step: 'a', stream, text, continued: true });

  it('is shown while it grows, behind the lines that have ended, and is found by what it shows now', async () => {
    journal.append(piece('Copying 10%'));
    let { lines, revision } = await logs.grown({ ...of, have: 0 }, {});
    expect(await logs.read({ ...of, from: 0, count: 9 }, {})).toMatchObject([{ text: 'Copying 10%', open: true }]);
    journal.append(piece('\rCopying 2'));
    ({ lines, revision } = await logs.grown({ ...of, have: lines, revision }, {}));
    expect([lines, await texts(0, 9)]).toEqual([1, ['Copying 20%']]);
    journal.append(journal.output('a warning', 'a', 'stderr'));
    await logs.grown({ ...of, have: lines, revision }, {});
    expect(await texts(0, 9)).toEqual(['a warning', 'Copying 20%']);
    expect(await texts(0, 9, { streams: ['stdout'] })).toEqual(['Copying 20%']);
    expect(await logs.find({ ...of, text: 'copying 2' }, {})).toMatchObject({ count: 1, lines: [1] });
    expect(await logs.find({ ...of, text: '10%' }, {})).toMatchObject({ count: 0 });
    journal.append(journal.output('\r\u001b[Kerror: disk full'));
    journal.end();
    expect(await atEnd()).toBe(2);
    expect(await texts(0, 9)).toEqual(['a warning', 'error: disk full']);
    expect(await logs.firstError({ ...of, from: 0 }, {})).toEqual({ line: 1 });
  });

  it('ends with its run', async () => {
    journal.append(piece('a') + piece('\u001b[1mb', 'stderr') + piece('c'));
    journal.end();
    expect(await atEnd()).toBe(2);
    const read = await logs.read({ ...of, from: 0, count: 9 }, {});
    expect(read.map(({ text, open }) => [plainText(text), open])).toEqual([
      ['ac', undefined],
      ['b', undefined],
    ]);
  });

  it('is one line, of which beginning and end are kept, however many megabytes it has', async () => {
    for (let n = 0; n < 100; n++) journal.append(piece('x'.repeat(65_536)));
    journal.append(journal.output('end') + journal.output('after'));
    journal.end();
    expect(await atEnd()).toBe(2);
    expect(await texts(0, 9)).toEqual([`${'x'.repeat(8192)} … (cut) … ${'x'.repeat(8189)}end`, 'after']);
  });
});

describe('a search', () => {
  it('finds what is shown, across colours, and not what is not shown', async () => {
    journal.append(
      journal.output('\u001b[01m\u001b[Kx.c:3:5:\u001b[m\u001b[K \u001b[01;31m\u001b[Kerror: \u001b[mbad thing'),
    );
    journal.append(journal.output('10 errors\r\u001b[K0 left') + journal.output('fat\bt'));
    journal.end();
    await atEnd();
    const count = async (text: string): Promise<number> => (await logs.find({ ...of, text }, {})).count;
    expect(await count('x.c:3:5: error: bad')).toBe(1);
    expect(await Promise.all(['31m', '[K', '10 errors', 'fatt'].map(count))).toEqual([0, 0, 0, 0]);
    expect(await count('fat')).toBe(1);
    expect(await logs.firstError({ ...of, from: 0 }, {})).toEqual({ line: 0 });
  });
});

describe('lines', () => {
  beforeEach(() => {
    journal.append(
      [
        journal.output('Build started', null, 'engine'),
        journal.output('a: 0 errors', 'a'),
        journal.output('a: Straße', 'a', 'stderr'),
        journal.record('step-finished', { step: 'a', outcome: 'done', exit: 0, signal: null, seconds: 1 }),
        journal.output('b: see error.log', 'b'),
        journal.output('b: ERROR: no such file', 'b', 'stderr'),
        journal.output(`b: ${'x'.repeat(20_000)}`, 'b'),
      ].join(''),
    );
    journal.end();
  });

  it('are chosen by step and stream', async () => {
    expect(await atEnd()).toBe(6);
    expect(await atEnd({ step: 'b' })).toBe(3);
    expect(await texts(0, 9, { step: 'a' })).toEqual(['a: 0 errors', 'a: Straße']);
    expect(await texts(0, 9, { streams: ['stderr'] })).toEqual(['a: Straße', 'b: ERROR: no such file']);
    expect(await logs.read({ ...of, from: 0, count: 1 }, {})).toEqual([
      { at: 1_767_225_600, stream: 'engine', step: null, text: 'Build started' },
    ]);
    expect((await texts(5, 1))[0]).toMatch(/^b: x{8000,} … \(cut\) … x{8000,}$/);
  });

  it('are found whatever their case, and by what is in them only', async () => {
    await atEnd();
    const find = async (text: string, selection = {}) => {
      const { count, lines } = await logs.find({ ...of, ...selection, text }, {});
      return { count, lines };
    };
    expect(await find('error')).toEqual({ count: 3, lines: [1, 3, 4] });
    expect(await find('error', { step: 'b' })).toEqual({ count: 2, lines: [0, 1] });
    expect(await find('STRASSE'.replace('SS', 'ß'))).toEqual({ count: 1, lines: [2] });
    expect(await find('stdout')).toEqual({ count: 0, lines: [] });
    expect(await find('.*')).toEqual({ count: 0, lines: [] });
  });

  it('include the first error, which is reported', async () => {
    await atEnd();
    expect(await logs.firstError({ ...of, from: 0 }, {})).toEqual({ line: 4 });
    expect(await logs.firstError({ ...of, step: 'b', from: 0 }, {})).toEqual({ line: 1 });
    expect(await logs.firstError({ ...of, step: 'a', from: 0 }, {})).toEqual({ line: null });
  });
});

it('Very many lines are searched, and the event loop runs other work meanwhile.', { timeout: 600_000 }, async () => {
  const size = perRun(200_000, 1_000_000);
  for (let n = 0; n < size / 10_000; n++)
    journal.append(
      Array.from({ length: 10_000 }, (_, m) =>
        journal.output(`${n * 10_000 + m} ${'lorem ipsum dolor '.repeat(4)}`),
      ).join(''),
    );
  journal.append(journal.output('the needle'));
  journal.end();
  expect(await atEnd()).toBe(size + 1);
  const waits: number[] = [];
  let last = performance.now();
  const clock = setInterval(() => {
    waits.push(performance.now() - last);
    last = performance.now();
  }, 1);
  const { count, lines, milliseconds } = await logs.find({ ...of, text: 'NEEDLE' }, {});
  const many = await logs.find({ ...of, text: 'ipsum' }, {});
  clearInterval(clock);
  expect({ count, lines, many: many.count, listed: many.lines.length }).toEqual({
    count: 1,
    lines: [size],
    many: size,
    listed: 10_000,
  });
  expect(waits.length).toBeGreaterThan(1);
  process.stdout.write(
    `${size + 1} lines: one found in ${milliseconds.toFixed(0)} ms, all in ${many.milliseconds.toFixed(0)} ms, longest turn ${Math.max(...waits).toFixed(0)} ms\n`,
  );
});
