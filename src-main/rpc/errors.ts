import { ORPCError } from '@orpc/server';
import { AppError } from '../../src-shared/errors';

/** What a failed call becomes on the wire: an expected failure keeps its code, sentence and hint; our own defects only say so. */
export function toWireError(error: unknown): Error {
  if (error instanceof ORPCError) return error;
  if (error instanceof AppError)
    return new ORPCError(error.code.toUpperCase(), {
      status: 422,
      message: error.message,
      data: { hint: error.hint },
    });
  if (error instanceof Error && error.name === 'AbortError') return error;
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return new ORPCError('INTERNAL_SERVER_ERROR', { message: 'Slipway itself failed; the terminal says more.' });
}
