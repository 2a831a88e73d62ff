import type { AppError } from '../../src-shared/errors';
import { printJson } from './context';

/** Prints an expected failure for people, and gives its exit status. */
export function reportFailure(error: AppError): number {
  process.stderr.write(`${error.message}\n${error.hint ? `${error.hint}\n` : ''}`);
  return exitStatus(error);
}

/** Prints an expected failure of a `--json` call as its one document. */
export function printFailure(error: AppError): number {
  const { code, message, hint } = error;
  printJson({ failed: true, error: { code, message, hint } });
  return exitStatus(error);
}

const exitStatus = (error: AppError): number => (error.code === 'usage' ? 2 : 1);
