import { inspect } from 'node:util';
import { AppError } from '../../src-shared/errors';
import { explainFailure } from '../../src-shared/explain-failure';

const INTERNAL_ERROR = 'Internal error. See the terminal for details.';

/**
 * An error as the window shows it. A system error (no permission, too many open files) keeps its sentence. A defect of Slipway is
 * printed on the terminal, and the app goes on.
 */
export function asTrouble(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof Error && 'syscall' in error) {
    const { code, message, path } = error as NodeJS.ErrnoException;
    const reason = path === undefined ? `${message}.` : `${path} cannot be used: ${explainFailure(code, message)}.`;
    return new AppError('system', reason, 'Check the permissions, the disk and the number of open files.');
  }
  process.stderr.write(`${inspect(error)}\n`);
  return new AppError('defect', INTERNAL_ERROR);
}

/**
 * Runs work that no caller waits for. Its failure goes to `report` and never ends the app.
 *
 * @param report shows the trouble at its host or document
 */
export function inBackground(
  work: () => Promise<unknown>,
  report: (trouble: AppError) => void = () => undefined,
): void {
  void (async () => {
    try {
      await work();
    } catch (error) {
      report(asTrouble(error));
    }
  })();
}

/** The last guard: what no other place has caught is printed, and documents and hosts stay open. Called once at the start. */
export function surviveDefects(): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => void asTrouble(error instanceof AppError ? error.stack : error));
}
