import { createHmac, randomBytes } from 'node:crypto';
import { plainText } from '../../src-shared/logs/ansi';
import type { Redactor } from './redactor';
import { REMOVED } from '../../src-shared/secrets';

/**
 * The hash of a weak password is as secret as the password. So hashes are hashed again with a random key. Equal hashes
 * stay equal.
 */
const KEY = randomBytes(32);
const HASHES = new Set(['hash', 'scriptHash']);

/**
 * A journal without secrets and colours, line by line. A colour sequence may interrupt a secret. The output of one step
 * on one stream is treated as one text, because a private key may span many records. A line in several records is in the last of
 * them, because a secret may be cut between two.
 *
 * @param isCut whether the beginning of the journal is missing
 */
export function redactJournal(text: string, redactor: Redactor, isCut: boolean): string {
  const lines = text.split('\n');
  const records = lines.map(recordOf);
  const streams = new Map<string, number[]>();
  for (const [at, record] of records.entries())
    if (record?.['kind'] === 'output') {
      const stream = `${String(record['step'])} ${String(record['stream'])}`;
      const places = streams.get(stream);
      if (places) places.push(at);
      else streams.set(stream, [at]);
    }
  const texts = new Map<number, string>();
  for (const places of streams.values()) {
    const whole = wholeLines(places, records);
    const redacted = redactor.lines(
      whole.map(({ raw }) => plainText(raw)),
      isCut,
    );
    for (const at of places) texts.set(at, '');
    for (const [n, { at }] of whole.entries()) texts.set(at, redacted[n] ?? '');
  }
  return lines
    .map((line, at) => {
      const record = records[at];
      if (!record) return redactor.text(line.replace(/("(?:hash|scriptHash)":")[^"]*/g, `$1${REMOVED}`));
      const { text: _, ...rest } = record;
      const clean = redactor.value(hashedAgain(texts.has(at) ? rest : record)) as Record<string, unknown>;
      return JSON.stringify(texts.has(at) ? { ...clean, text: texts.get(at) } : clean);
    })
    .join('\n');
}

type JournalRecord = Record<string, unknown> | undefined;

/** The lines of one stream, and the last record of each. */
function wholeLines(places: readonly number[], records: readonly JournalRecord[]): { raw: string; at: number }[] {
  const lines: { raw: string; at: number }[] = [];
  let pieces: string[] = [];
  for (const [n, at] of places.entries()) {
    const record = records[at];
    pieces.push(String(record?.['text'] ?? ''));
    if (record?.['continued'] === true && n < places.length - 1) continue;
    lines.push({ raw: pieces.join(''), at });
    pieces = [];
  }
  return lines;
}

/** A line's record; `undefined` for a line that a crash has cut. */
function recordOf(line: string): Record<string, unknown> | undefined {
  try {
    const record: unknown = JSON.parse(line);
    return typeof record === 'object' && record !== null ? (record as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // cut
  }
}

function hashedAgain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hashedAgain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      HASHES.has(key) && typeof item === 'string'
        ? createHmac('sha256', KEY).update(item).digest('hex').slice(0, 16)
        : hashedAgain(item),
    ]),
  );
}
