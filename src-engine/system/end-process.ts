import { isOutputWritten, writeError } from './standard-streams';

/** The poll interval for the end of the output. */
const END_INTERVAL_MS = 1000;
/** EX_SOFTWARE of sysexits.h. */
const DEFECT_STATUS = 70;

/**
 * Ends the process with a status once its output is written, although a handle may still be open. Waiting for Node to
 * free its memory and handles would take longer.
 *
 * With `SLIPWAY_OPEN_HANDLES_MS`, as in the tests, the process ends by itself. A handle that is still open after this
 * time is then named on standard error, and the status is 70.
 */
export function endProcess(status: number): void {
  process.exitCode = status;
  const timeoutMs = Number(process.env.SLIPWAY_OPEN_HANDLES_MS ?? 0);
  if (timeoutMs > 0) {
    setInterval(failWhenWritten, timeoutMs).unref();
    return;
  }
  setImmediate(endWhenWritten); // after the errors of its streams, which can change the status
  setInterval(endWhenWritten, END_INTERVAL_MS).unref();
}

function endWhenWritten(): void {
  if (isOutputWritten()) process.exit();
}

function failWhenWritten(): void {
  if (!isOutputWritten()) return;
  writeError(`defect: open at the end of the command: ${process.getActiveResourcesInfo().join(', ')}\n`);
  process.exit(DEFECT_STATUS);
}
