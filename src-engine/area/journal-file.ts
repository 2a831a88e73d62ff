import { AppError } from '../../src-shared/errors';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { parseRecord, type EngineRecord } from '../../src-shared/journal/records';
import { newRun, withRecord, type RunView } from '../../src-shared/runs/run-view';
import { RecordLines } from './record-lines';

/** Both ends of a journal: the first has the records `hello` and `plan`, the last the record `exit`. */
const END_BYTES = 16 * 1024;
const CHUNK_BYTES = 256 * 1024;

type Exit = Extract<EngineRecord, { kind: 'exit' }>;

/**
 * The run that a journal describes; `running` when it has no last record. For a run that has ended only the two ends
 * are read, because the `exit` record repeats its results.
 *
 * Throws the system's error when the journal cannot be read.
 */
export function readJournal(path: string): RunView {
  return withJournal(path, (file, size) => {
    const head = pieceOf(file, 0, Math.min(END_BYTES, size));
    if (size <= END_BYTES) return foldLines([head]);
    const tail = pieceOf(file, size - END_BYTES, END_BYTES);
    const exit = lastRecord(tail);
    if (exit?.kind !== 'exit' || exit.steps === undefined) return readWhole(file);
    const run = exit.pause === undefined ? foldLines([head, tail]) : withRecord(foldLines([head]), exit);
    return run.planned.length > 0 && hasAll(exit, run) ? run : readWhole(file);
  });
}

/** The first records of a journal: the engine and its lock. */
export function readBeginning(path: string): RunView {
  return withJournal(path, (file, size) => foldLines([pieceOf(file, 0, Math.min(END_BYTES, size))]));
}

/** Version 1 did not repeat in the last record where the run paused and what cancelled it. */
const hasAll = (exit: Exit, run: RunView): boolean => exit.outcome !== 'cancelled' || run.cancelledBy !== undefined;

function withJournal<T>(path: string, read: (file: number, size: number) => T): T {
  // Opening a pipe in the place of a journal would wait for a writer.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile())
      throw new AppError('area', `${path} is not a file.`, 'Move it away: it is in the place of a journal.');
    return read(file, stat.size);
  } finally {
    closeSync(file);
  }
}

function readWhole(file: number): RunView {
  let run = newRun('');
  const lines = new RecordLines((line) => (run = withLine(run, line)));
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (let at = 0, length; (length = readSync(file, buffer, 0, CHUNK_BYTES, at)) > 0; at += length)
    lines.push(buffer.subarray(0, length));
  lines.end();
  return run;
}

function foldLines(pieces: readonly Buffer[]): RunView {
  let run = newRun('');
  for (const piece of pieces) {
    // A line that is cut at the end of its piece is not a complete record and is skipped.
    const lines = new RecordLines((line) => (run = withLine(run, line)));
    lines.push(piece);
    lines.end();
  }
  return run;
}

function withLine(run: RunView, line: string): RunView {
  const record = parseRecord(line);
  return record ? withRecord(run, record) : run;
}

function lastRecord(tail: Buffer): EngineRecord | undefined {
  const text = tail.toString('utf8').trimEnd();
  return parseRecord(text.slice(text.lastIndexOf('\n') + 1));
}

function pieceOf(file: number, from: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, from));
}
