import type { AppError } from '../../src-shared/errors';
import { printJson } from './context';

/** What the exit statuses of `distro_const` mean, for its reference. */
export const EXIT_STATUSES: readonly (readonly [status: string, meaning: string])[] = [
  ['0', 'done; paused as asked; listed'],
  [
    '1',
    'an error: the manifest, the area, a refused resume, a failed step, a failed snapshot; `doctor`: the manifest cannot be built here; ' +
      '`boot-test`: the image did not boot; `follow`: the run was interrupted',
  ],
  ['2', 'the command line is wrong'],
  ['128 + n', 'stopped by signal n: 130 is Ctrl-C, 143 is SIGTERM; of a build the last checkpoint is intact'],
];

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
