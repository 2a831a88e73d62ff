import { AppError } from '../../src-shared/errors';
import { outputClosed, writeError } from '../system/standard-streams';
import { systemError } from '../system/system-error';
import { printJson } from './print';

/** The exit statuses of `distro_const` and their meanings, for its reference. */
export const EXIT_STATUSES: readonly (readonly [status: string, meaning: string])[] = [
  ['0', 'done; paused as asked; listed'],
  [
    '1',
    'an error: the manifest, the area, a refused resume, a failed step, a failed snapshot; `doctor`: the manifest cannot be built here; ' +
      '`boot-test`: the image did not boot; `follow`: the run was interrupted; `release`: refused; ' +
      '`prove`: the rebuild differs, and nothing else; `verify`: something is different',
  ],
  ['2', 'the command line is wrong; `prove` and `verify`: every other error'],
  [
    '128 + n',
    'stopped by signal n: 130 is Ctrl-C, 143 is SIGTERM; of a build the last checkpoint is intact. 141: the reader of a listing closed its pipe',
  ],
];

/**
 * Prints a failure, with `json` as the call's only document, and returns the exit status.
 *
 * @param status that of all failures but wrong command lines
 */
export function reportError(error: unknown, json: boolean, status = 1): number {
  // The reader of standard output has gone; the guard of the streams sets the status.
  if (outputClosed()) return status;
  const { code, message, hint } = error instanceof AppError ? error : (systemError(error) ?? defect(error));
  if (json) printJson({ failed: true, error: { code, message, hint } });
  else writeError(`${message}\n${hint ? `${hint}\n` : ''}`);
  return code === 'usage' ? 2 : status;
}

function defect(error: unknown): AppError {
  const stack = error instanceof Error ? error.stack : String(error);
  return new AppError(
    'defect',
    `distro_const: defect: ${stack}`,
    'Please report it with: distro_const support MANIFEST',
  );
}
