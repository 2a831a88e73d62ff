import { AppError } from '../../src-shared/errors';
import { printJson } from './print';

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

/** Prints a failure, with `json` as the one document of the call, and returns the exit status. */
export function reportError(error: unknown, json: boolean): number {
  if (error instanceof AppError) {
    const { code, message, hint } = error;
    if (json) printJson({ failed: true, error: { code, message, hint } });
    else process.stderr.write(`${message}\n${hint ? `${hint}\n` : ''}`);
    return code === 'usage' ? 2 : 1;
  }
  process.stderr.write(`distro_const: defect: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}
