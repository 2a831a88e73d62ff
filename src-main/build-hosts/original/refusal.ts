import { AppError } from '../../../src-shared/errors';
import { exitText } from '../../../src-shared/exit-text';

const TRACEBACK = 'Traceback (most recent call last):';

/**
 * Why a build of the original ended before it wrote a log, from its output. A traceback is the original's own defect: its last line is
 * what went wrong. The original also names each file that it validates, which is no reason.
 *
 * @param code exit status; `null` when a signal ended it
 */
export function refusalOf(output: string, code: number | null): AppError {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !/ validates$/.test(line));
  const begin = lines.indexOf(TRACEBACK);
  if (begin < 0) {
    const message = lines.join('\n') || `The build ${exitText(code)} before it wrote a log.`;
    return new AppError('refused', message, 'Correct the cause and start again.');
  }
  // The lines of a traceback are indented, up to the error.
  const end = lines.findIndex((line, at) => at > begin && !/^\s/.test(line));
  const before = lines.slice(0, begin);
  const after = end < 0 ? [] : lines.slice(end);
  const [error = 'unknown error'] = after;
  return new AppError(
    'refused',
    [
      ...before,
      `The original distro_const could not process this manifest or build area, and failed with its own error: ${error}`,
      ...after.slice(1),
    ].join('\n'),
    'The checklist names what the original does not accept.',
  );
}
