import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { parseRecord } from '../../src-shared/journal/records';
import { concernsRun, interrupted, newRun, withRecord, type RunView } from '../../src-shared/runs/run-view';
import type { BuildArea } from './area';
import { LineSplitter } from '../system/line-splitter';
import { readLock } from './lock';

/** A run and where its journal is. */
export interface Run extends RunView {
  readonly journal: string;
}

const JOURNAL_NAME = /^(run-\d{4}(?:-\d\d){5}-(\d+))\.jsonl$/;
const END_BYTES = 256 * 1024;
const CHUNK = 1024 * 1024;

/**
 * Runs of an area, oldest first.
 *
 * @param since only this run and later ones
 */
export function listRuns(area: BuildArea, since = ''): Run[] {
  const lock = readLock(area);
  const holder = lock.kind === 'held' || lock.kind === 'remote' ? lock.owner.pid : undefined;
  const names = runNames(area);
  return names.slice(Math.max(0, names.indexOf(since))).map((name) => readRun(area, name, holder));
}

/** Names of an area's runs, oldest first. */
export function runNames(area: BuildArea): string[] {
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

/** Whether the process that writes this journal still holds the area. */
export function isRunning(area: BuildArea, journal: string): boolean {
  const lock = readLock(area);
  if (lock.kind !== 'held' && lock.kind !== 'remote') return false;
  const { run } = readEnds(journal);
  return run.state === 'running' && run.pid === lock.owner.pid;
}

function readRun(area: BuildArea, name: string, holder: number | undefined): Run {
  const journal = join(area.logs, `${name}.jsonl`);
  const { run: ends, isWhole } = readEnds(journal);
  const run = { ...(isWhole ? ends : readWhole(journal)), run: name };
  return { ...(run.pid === holder && holder !== undefined ? run : interrupted(run)), journal };
}

/** A run from both ends of its journal: whole when its `exit` record repeats what it did. */
function readEnds(journal: string): { run: RunView; isWhole: boolean } {
  const fd = openSync(journal, 'r');
  try {
    const size = fstatSync(fd).size;
    const head = piece(fd, 0, Math.min(END_BYTES, size));
    const tail = size > END_BYTES ? piece(fd, size - END_BYTES, END_BYTES) : '';
    let run = newRun('');
    for (const line of [...head.split('\n'), ...tail.split('\n')]) run = withLine(run, line);
    const exit = parseRecord((tail || head).trimEnd().split('\n').at(-1) ?? '');
    return { run, isWhole: size <= END_BYTES || (exit?.kind === 'exit' && exit.steps !== undefined) };
  } finally {
    closeSync(fd);
  }
}

function readWhole(journal: string): RunView {
  let run = newRun('');
  const splitter = new LineSplitter((line) => {
    if (concernsRun(line)) run = withLine(run, line.toString('utf8'));
  });
  const fd = openSync(journal, 'r');
  try {
    const buffer = Buffer.alloc(CHUNK);
    for (let at = 0, length; (length = readSync(fd, buffer, 0, CHUNK, at)) > 0; at += length)
      splitter.push(Buffer.from(buffer.subarray(0, length)));
    return run;
  } finally {
    closeSync(fd);
  }
}

function withLine(run: RunView, line: string): RunView {
  const record = concernsRun(line) ? parseRecord(line) : undefined;
  return record ? withRecord(run, record) : run;
}

function piece(fd: number, from: number, length: number): string {
  const buffer = Buffer.alloc(length);
  return buffer.toString('utf8', 0, readSync(fd, buffer, 0, length, from));
}

/** How long each step took when it last succeeded, in seconds: the median of up to five of the newest runs in which it did. */
export function stepHistory(runs: readonly RunView[]): ReadonlyMap<string, number> {
  const seconds = new Map<string, number[]>();
  for (const { steps } of [...runs].reverse())
    for (const step of steps) {
      const known = seconds.get(step.step) ?? [];
      if (step.outcome === 'done' && step.seconds !== undefined && known.length < 5)
        seconds.set(step.step, [...known, step.seconds]);
    }
  return new Map([...seconds].map(([step, values]) => [step, values.sort((a, b) => a - b)[values.length >> 1] ?? 0]));
}
