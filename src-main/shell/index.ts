import { AppError } from '../../src-shared/errors';
import type { BuildHost } from '../hosts/build-host';
import type { BuildServices } from '../rpc/services';

/** Not there yet: says so. */
export function createShells(_host: BuildHost): BuildServices['shell'] {
  const notYet = async (): Promise<never> => {
    throw new AppError('unsupported', 'not there yet');
  };
  return {
    open: notYet,
    write: notYet,
    resize: notYet,
  };
}
