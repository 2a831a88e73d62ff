import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OriginalJournals } from '../../../../src-main/build-hosts/original/journals';
import { RunOrder } from '../../../../src-main/build-hosts/original/run-order';
import { createLocalTransport } from '../../../../src-main/transport/local';
import { parseRecord } from '../../../../src-shared/journal/records';
import { logOf } from './sample-logs';

const RUN = 'run-2026-01-02-03-04-05';
let folder: string;
let log: string;
let path: string;
/** The number of bytes that were read from logs. */
let read: number;
let journals: OriginalJournals;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-stock-'));
  log = join(folder, 'detail-log-2026-01-02-03-04-05');
  path = join(folder, `${RUN}.jsonl`);
  read = 0;
  const transport = createLocalTransport();
  const steps = ['a', 'b'].map((name) => ({ name, message: `Step ${name}`, script: `scripts/${name}` }));
  journals = new OriginalJournals(
    {
      ...transport,
      // A clock that is 5 hours behind UTC, and 4 in summer.
      run: (argv, options) => transport.run(argv, { ...options, env: { TZ: 'EST5EDT,M3.2.0,M11.1.0' } }),
      async readFile(...args) {
        const piece = await transport.readFile(...args);
        read += piece.length;
        return piece;
      },
    },
    async () => ({ manifest: 'm', steps, host: 'h' }),
    new RunOrder(),
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A journal in pieces, from an offset to its end. */
async function readFrom(offset: number, of = path): Promise<string> {
  const pieces: Buffer[] = [];
  for (let piece; (piece = await journals.readFile(of, offset, 100_000)).length > 0; offset += piece.length)
    pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

const textsOf = (journal: string): string[] =>
  journal
    .split('\n')
    .map(parseRecord)
    .flatMap((one) => (one?.kind === 'output' ? [one.text] : []));

it('Each detail log has a journal, and no other file has one.', async () => {
  for (const name of ['simple-log-2026-01-02-03-04-05', 'run-20260102-1.jsonl', 'detail-log-x', 'other'])
    writeFileSync(join(folder, name), '');
  expect(await journals.list(folder)).toEqual([]);
  for (const stamp of ['2026-01-02-03-04-05', '2025-12-31-23-59-59'])
    writeFileSync(join(folder, `detail-log-${stamp}`), '');
  expect(await journals.list(folder)).toEqual([`run-2025-12-31-23-59-59.jsonl`, `${RUN}.jsonl`]);
  expect(await journals.list(join(folder, 'none'))).toEqual([]);
  await expect(journals.readFile(join(folder, 'other'), 0, 10)).rejects.toMatchObject({ code: 'missing' });
});

it('The journal grows with the log, byte by byte, and has each line once.', async () => {
  const text = logOf([{ step: 'a', output: ['Größe: 1 €', ''] }, { step: 'b' }]).join('\n') + '\n';
  writeFileSync(log, '');
  let translated = '';
  for (const byte of Buffer.from(text)) {
    appendFileSync(log, Buffer.of(byte));
    translated += await readFrom(Buffer.byteLength(translated));
  }
  expect(textsOf(translated).join('\n') + '\n').toBe(text);
  expect(await readFrom(0)).toBe(translated);
  expect(await journals.runAt(folder, RUN, true)).toMatchObject({ state: 'done', checkpoints: ['a', 'b'] });
});

it('The journal waits for the end of a line.', async () => {
  writeFileSync(log, 'Build started now\nhalf');
  expect(textsOf(await readFrom(0))).toEqual(['Build started now']);
  appendFileSync(log, ' a line\n');
  expect(textsOf(await readFrom(0))).toEqual(['Build started now', 'half a line']);
});

it('The journal is the same when it is made again, also where it grew while it was read.', async () => {
  const output = Array.from({ length: 20_000 }, (_, at) => `line ${at} ${'x'.repeat(at % 90)}`);
  const lines = logOf([
    { step: 'a', output },
    { step: 'b', output },
  ]);
  writeFileSync(log, '');
  let translated = '';
  for (let at = 0; at < lines.length; at += 5000) {
    appendFileSync(log, lines.slice(at, at + 5000).join('\n') + '\n');
    translated += await readFrom(Buffer.byteLength(translated));
  }
  // More than the cache of all logs together.
  for (const day of ['11', '12', '13', '14', '15', '16', '17', '18']) {
    writeFileSync(join(folder, `detail-log-2026-02-${day}-00-00-00`), lines.join('\n') + '\n');
    await readFrom(0, join(folder, `run-2026-02-${day}-00-00-00.jsonl`));
  }
  read = 0;
  expect((await readFrom(0)) === translated).toBe(true);
  expect(read).toBeGreaterThan(2_000_000);
  const middle = 1 + translated.indexOf('\n', translated.length >> 1);
  expect((await readFrom(middle)) === translated.slice(middle)).toBe(true);
  expect(textsOf(translated).length).toBe(lines.length);
});

it('An ended run is reported without another read of its log.', async () => {
  writeFileSync(log, logOf([{ step: 'a' }]).join('\n') + '\n');
  const run = await journals.runAt(folder, RUN, true);
  rmSync(log);
  expect(await journals.runAt(folder, RUN, true)).toBe(run);
  await expect(journals.runAt(folder, RUN, false)).rejects.toMatchObject({ code: 'missing' });
});

it('Little is kept of a line without an end.', async () => {
  writeFileSync(log, 'Build started now\n');
  for (let count = 0; count < 5; count++) {
    appendFileSync(log, 'x'.repeat(700_000));
    await readFrom(0);
  }
  appendFileSync(log, '\n');
  const texts = textsOf(await readFrom(0));
  expect(texts.join('')).toBe(`Build started now${'x'.repeat(3_500_000)}`);
  expect(Math.max(...texts.map(({ length }) => length))).toBe(1 << 20);
});

it('The journal has the time of the log by the clock of the host at that moment.', async () => {
  const lines = logOf([{ step: 'a' }]).join('\n') + '\n';
  for (const [month, hours] of [
    ['01', 5],
    ['07', 4],
  ] as const) {
    const name = `2026-${month}-02-03-04-05`;
    const startedAt = Date.UTC(2026, Number(month) - 1, 2, 3 + hours, 4, 5) / 1000;
    writeFileSync(join(folder, `detail-log-${name}`), lines);
    utimesSync(join(folder, `detail-log-${name}`), startedAt + 90, startedAt + 90);
    expect(await journals.runAt(folder, `run-${name}`, true)).toMatchObject({ startedAt });
  }
});

it('A line that the simple log has as well is of stderr, also when it is read again.', async () => {
  const many = Array.from({ length: 20_000 }, (_, n) => `${n % 3 === 0 ? 'warning' : 'line'} ${n}`);
  const lines = logOf([
    { step: 'a', output: many },
    { step: 'b', output: ['one', 'two', 'one'] },
  ]);
  const simple = [...lines.slice(0, 3), ...many.filter((line) => line.startsWith('warning')), 'two'];
  writeFileSync(join(folder, 'simple-log-2026-01-02-03-04-05'), `${simple.join('\n')}\n`);
  const half = lines.slice(0, 5000).join('\n').length;
  const whole = `${lines.join('\n')}\n`;
  writeFileSync(log, whole.slice(0, half));
  await readFrom(0);
  appendFileSync(log, whole.slice(half));
  const streamsOf = (journal: string): [string, string][] =>
    journal
      .split('\n')
      .map(parseRecord)
      .flatMap((one) =>
        one?.kind === 'output' && one.step !== null && one.stream !== 'engine' ? [[one.text, one.stream]] : [],
      );
  const journal = await readFrom(0);
  const expected = [...many, 'one', 'two', 'one'].map((line) => [
    line,
    line.startsWith('warning') || line === 'two' ? 'stderr' : 'stdout',
  ]);
  expect(streamsOf(journal).filter(([text]) => text !== '')).toEqual(expected);
  expect(await readFrom(0)).toBe(journal);
});
