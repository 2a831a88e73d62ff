import { AppError } from '../../src-shared/errors';
import type { BuildHost } from '../hosts/build-host';
import type { BuildServices } from '../rpc/services';

/** Not there yet: says so. */
export function createLogs(_host: BuildHost): BuildServices['logs'] {
  const notYet = async (): Promise<never> => {
    throw new AppError('unsupported', 'not there yet');
  };
  return {
    grown: notYet,
    read: notYet,
    find: notYet,
    firstError: notYet,
  };
}
