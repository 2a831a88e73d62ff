import { AppError } from '../../src-shared/errors';
import type { BuildHost } from '../hosts/build-host';
import type { BuildServices } from '../rpc/services';

/** Not there yet: says so. */
export function createInside(_host: BuildHost): BuildServices['inside'] {
  const notYet = async (): Promise<never> => {
    throw new AppError('unsupported', 'not there yet');
  };
  return {
    changes: notYet,
    list: notYet,
    read: notYet,
    copyOut: notYet,
    manifest: notYet,
  };
}
