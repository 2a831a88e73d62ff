import { isOutputWritten, writeError } from './standard-streams';

/** The poll interval for the end of the output. */
const END_INTERVAL_MS = 1000;
/** The time until a handle that is still open is a defect. A busy machine must not make one of what is only slow. */
const OPEN_TIMEOUT_MS = 10_000;
/** EX_SOFTWARE of sysexits.h. */
const DEFECT_STATUS = 70;

/**
 * Ends the process with a status once its output is written, although a handle may still be open. Waiting for Node to
 * free its memory and handles would take longer.
 *
 * With `SLIPWAY_OPEN_HANDLES=fail`, as in the tests, the process ends by itself. A handle that is still open after 10 s
 * is then named on standard error, and the status is 70.
 */
export function endProcess(status: number): void {
  process.exitCode = status;
  if (process.env.SLIPWAY_OPEN_HANDLES === 'fail') {
    setInterval(failWhenWritten, OPEN_TIMEOUT_MS).unref();
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
