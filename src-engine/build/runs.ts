import { closeSync, createReadStream, openSync, readdirSync, readSync, fstatSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { EngineRecord, RunOutcome } from '../../src-shared/engine-protocol';
import type { BuildArea } from './area';
import { readLock } from './lock';

/** A run as its journal tells it. */
export interface RunSummary {
  readonly run: string;
  readonly journal: string;
  /** `running` while its process holds the lock; `interrupted` when it neither ended nor runs. */
  readonly state: RunOutcome | 'running' | 'interrupted';
  /** Seconds since the epoch. */
  readonly startedAt: number | undefined;
  readonly pid: number | undefined;
  readonly client: string | undefined;
  readonly resume: string | null;
  readonly pause: string | null;
  readonly exitCode: number | undefined;
  readonly seconds: number | undefined;
}

const JOURNAL_NAME = /^(run-\d{4}(?:-\d\d){5}-(\d+))\.jsonl$/;
const HEAD_BYTES = 256 * 1024;
const TAIL_BYTES = 64 * 1024;

/** All runs of an area, oldest first. */
export function listRuns(area: BuildArea): RunSummary[] {
  const lock = readLock(area);
  const holder = lock.kind === 'held' || lock.kind === 'remote' ? lock.owner.pid : undefined;
  return journalNames(area).map((name) => summarise(join(area.logs, `${name}.jsonl`), name, holder));
}

function journalNames(area: BuildArea): string[] {
  let names: string[];
  try {
    names = readdirSync(area.logs);
  } catch {
    return []; // no area yet: no runs
  }
  const matches = names.map((name) => JOURNAL_NAME.exec(name)).filter((match) => match !== null);
  const key = (match: RegExpExecArray): string =>
    `${(match[1] ?? '').slice(0, 23)}-${(match[2] ?? '').padStart(6, '0')}`;
  return matches.sort((a, b) => (key(a) < key(b) ? -1 : 1)).map((match) => match[1] ?? '');
}

function summarise(journal: string, run: string, holder: number | undefined): RunSummary {
  const { head, tail } = headAndTail(journal);
  const hello = head.find((record) => record.kind === 'hello');
  const plan = head.find((record) => record.kind === 'plan');
  const last = tail.at(-1);
  const exit = last?.kind === 'exit' ? last : undefined;
  return {
    run,
    journal,
    state: exit ? exit.outcome : hello && hello.pid === holder ? 'running' : 'interrupted',
    startedAt: hello?.at,
    pid: hello?.pid,
    client: hello?.client,
    resume: plan?.resume ?? null,
    pause: plan?.pause ?? null,
    exitCode: exit?.code,
    seconds: exit?.seconds ?? (hello && last ? last.at - hello.at : undefined),
  };
}

/** Journals may be huge: only both ends are read. */
function headAndTail(path: string): { head: EngineRecord[]; tail: EngineRecord[] } {
  const fd = openSync(path, 'r');
  try {
    const size = fstatSync(fd).size;
    const read = (from: number, length: number): string => {
      const buffer = Buffer.alloc(Math.min(length, size - from));
      return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, from));
    };
    const tailFrom = Math.max(0, size - TAIL_BYTES);
    return { head: parseRecords(read(0, HEAD_BYTES)), tail: parseRecords(read(tailFrom, TAIL_BYTES)) };
  } finally {
    closeSync(fd);
  }
}

/** The whole records in a piece of a journal; a line cut at either end is left out. */
function parseRecords(text: string): EngineRecord[] {
  const records: EngineRecord[] = [];
  for (const line of text.split('\n')) {
    const record = parseRecord(line);
    if (record) records.push(record);
  }
  return records;
}

/** One line of a journal, or `undefined` when it is not a whole record. */
export function parseRecord(line: string): EngineRecord | undefined {
  if (!line.startsWith('{') || !line.endsWith('}')) return undefined;
  try {
    return JSON.parse(line) as EngineRecord;
  } catch {
    return undefined;
  }
}

/** Reads a whole journal record by record, in bounded memory. */
export async function* readJournal(path: string): AsyncGenerator<EngineRecord> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const record = parseRecord(line);
    if (record) yield record;
  }
}

/** How long each step took when it last succeeded, in seconds: the median of up to five of the newest runs. */
export async function stepHistory(area: BuildArea): Promise<ReadonlyMap<string, number>> {
  const seconds = new Map<string, number[]>();
  for (const { journal } of listRuns(area).slice(-5))
    for await (const record of readJournal(journal))
      if (record.kind === 'step-finished' && record.outcome === 'done')
        seconds.set(record.step, [...(seconds.get(record.step) ?? []), record.seconds]);
  return new Map([...seconds].map(([step, values]) => [step, values.sort((a, b) => a - b)[values.length >> 1] ?? 0]));
}
