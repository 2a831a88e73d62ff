import { AppError } from '../../src-shared/errors';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { parseRecord, type EngineRecord } from '../../src-shared/journal/records';
import { concernsRun, newRun, withRecord, type RunView } from '../../src-shared/runs/run-view';
import { RecordLines } from './record-lines';

/** An end of a journal is read in pieces that grow from one size to the other: `hello` and `plan`, or `exit`. */
const PIECE_BYTES = 4 * 1024;
const MAX_PIECE_BYTES = 64 * 1024;
const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/**
 * The run that a journal describes; `running` when it has no last record. For a run that has ended only `hello`, `plan`
 * and `exit` are read, because the `exit` record repeats its results: an area may have thousands of journals.
 *
 * Throws the system's error when the journal cannot be read.
 */
export function readJournal(path: string): RunView {
  return withJournal(path, (file, size) => {
    const exit = parseRecord(lastLine(file, size));
    if (exit?.kind === 'exit' && repeatsAll(exit)) {
      const run = beginningOf(file, size);
      if (hasPlan(run)) return withRecord(run, exit);
    }
    return readWhole(file, size);
  });
}

/** The first records of a journal: the engine, its lock and the plan. */
export function readBeginning(path: string): RunView {
  return withJournal(path, beginningOf);
}

/**
 * Whether the last record has all results. Version 1 left out where the run paused and what cancelled it. Without steps only the
 * record of the rollback shows whether the run has changed the build data.
 */
const repeatsAll = ({ steps = [], pause }: Extract<EngineRecord, { kind: 'exit' }>): boolean =>
  steps.length > 0 && pause !== undefined;

const hasPlan = ({ planned }: RunView): boolean => planned.length > 0;

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

function readWhole(file: number, size: number): RunView {
  let run = newRun('');
  const lines = new RecordLines((line) => (run = withLine(run, line)));
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size + 1));
  for (let at = 0, length; (length = readSync(file, buffer, 0, buffer.length, at)) > 0; at += length)
    lines.push(buffer.subarray(0, length));
  lines.end();
  return run;
}

/** The run as the records up to its plan describe it. */
function beginningOf(file: number, size: number): RunView {
  for (let length = PIECE_BYTES; ; length *= 4) {
    const piece = pieceOf(file, 0, Math.min(length, size));
    let run = newRun('');
    for (let start = 0, end; !hasPlan(run) && (end = piece.indexOf(NEWLINE, start)) >= 0; start = end + 1)
      if (concernsRun(piece, start)) run = withLine(run, piece.toString('utf8', start, end));
    if (hasPlan(run) || length >= Math.min(size, MAX_PIECE_BYTES)) return run;
  }
}

/** The last line of a journal, without its beginning when it is longer than the largest piece. */
function lastLine(file: number, size: number): string {
  for (let length = PIECE_BYTES; ; length *= 4) {
    const piece = pieceOf(file, Math.max(0, size - length), Math.min(length, size));
    const end = piece.at(-1) === NEWLINE ? piece.length - 1 : piece.length;
    const start = piece.lastIndexOf(NEWLINE, end - 1) + 1;
    if (start > 0 || length >= Math.min(size, MAX_PIECE_BYTES)) return piece.toString('utf8', start, end);
  }
}

function withLine(run: RunView, line: string): RunView {
  const record = parseRecord(line);
  return record ? withRecord(run, record) : run;
}

const pieces = Buffer.allocUnsafe(MAX_PIECE_BYTES);

/** A piece of the journal, valid until the next one is read. */
function pieceOf(file: number, from: number, length: number): Buffer {
  return pieces.subarray(0, readSync(file, pieces, 0, length, from));
}
