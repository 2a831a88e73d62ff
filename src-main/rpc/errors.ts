import { inspect } from 'node:util';
import { ORPCError } from '@orpc/server';
import { AppError } from '../../src-shared/errors';
import { asTrouble } from '../async/guard';
import { visible } from '../../src-shared/visible';

/** The stderr of a host may have a megabyte. */
const MAX_TEXT = 8000;

const shown = (text: string): string => visible(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);

/** The error of a failed call for the window: an expected failure keeps its code, message and hint. A defect becomes a general message. */
export function toWireError(error: unknown): Error {
  // The schema refused the input. A refused result is a defect of Slipway.
  if (error instanceof ORPCError && error.status < 500) return error;
  if (error instanceof Error && 'syscall' in error && !(error instanceof AppError))
    return toWireError(asTrouble(error));
  if (error instanceof AppError)
    return new ORPCError(error.code.toUpperCase(), {
      status: 422,
      // Texts of hosts and files: controls of the writing direction would show another text.
      message: shown(error.message),
      data: { hint: error.hint === undefined ? undefined : shown(error.hint) },
    });
  if (error instanceof Error && error.name === 'AbortError') return error;
  process.stderr.write(`${inspect(error)}\n`);
  return new ORPCError('INTERNAL_SERVER_ERROR', { message: 'Internal error. See the terminal for details.' });
}
