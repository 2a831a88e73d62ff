import { bytes } from '../../src-shared/format';
import { AppError } from '../../src-shared/errors';
import type { Argv } from './transport';

/** The failure of a command with more output than its caller takes. */
export function tooMuch([command]: Argv, size: number): AppError {
  return new AppError(
    'unsupported',
    `${command} printed more than ${bytes(size)}, which is not a valid answer.`,
    'Check the build host and the version of Slipway there.',
  );
}
