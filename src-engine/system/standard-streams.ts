import { writeSync } from 'node:fs';
import { visible } from '../../src-shared/visible';
import { systemError } from './system-error';

/** The exit status in shells of a program that SIGPIPE ended: 128 + 13. */
const CLOSED_PIPE_STATUS = 141;

let isClosed = false;
/** Whether Node's streams are in use, which are loaded at their first use. */
let isOutputUsed = false;
let isErrorUsed = false;

/** Whether standard output can no longer be written. Then a command that waits for more to print ends. */
export const outputClosed = (): boolean => isClosed;

/**
 * Keeps an error of standard output or standard error from ending the process by an exception.
 *
 * A command whose purpose is its output (`isListing`) ends when its reader has gone, quietly and with status 141, as a program that
 * SIGPIPE ends. Another error, such as a full disk, is reported on standard error and gives status 1. Other commands continue.
 */
export function guardStandardStreams(isListing: boolean): void {
  guardError();
  guardOutput(isListing);
}

/**
 * As `guardStandardStreams`, for a command that writes to standard output only through `writeOutput`, or not at all.
 */
export function guardError(): void {
  if (isErrorUsed) return;
  isErrorUsed = true;
  process.stderr.on('error', () => undefined); // the place for the report is the one that failed
}

function guardOutput(isListing: boolean): void {
  isOutputUsed = true;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isClosed || !isListing) return;
    isClosed = true;
    const status = error.code === 'EPIPE' ? CLOSED_PIPE_STATUS : 1;
    if (status === 1) process.stderr.write(`Standard output: ${systemError(error)?.message ?? error.message}\n`);
    process.on('exit', () => {
      process.exitCode = status;
    });
  });
}

/** Whether the system has accepted everything that was written to both streams. */
export function isOutputWritten(): boolean {
  return (
    (!isOutputUsed || process.stdout.writableLength === 0) && (!isErrorUsed || process.stderr.writableLength === 0)
  );
}

/** Writes to standard output. Node's stream for it is made at the first call. An error is ignored. */
export function writeOutput(text: string): void {
  if (text === '') return;
  if (!isOutputUsed) guardOutput(false);
  process.stdout.write(text);
}

/**
 * Writes to standard error, with control characters escaped. A short command uses this instead of `process.stderr`, because that loads Node's streams. An error is
 * ignored: the place to report it is the one that failed.
 */
export function writeError(text: string): void {
  let rest = Buffer.from(visible(text));
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(2, rest));
  } catch (error) {
    // A full pipe that does not block: the stream waits for its reader.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
    guardError();
    process.stderr.write(rest);
  }
}
