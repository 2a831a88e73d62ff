import { AppError } from '../../src-shared/errors';
import type { BuildHost } from '../hosts/build-host';
import type { BuildServices } from '../rpc/services';

/** Not there yet: says so. */
export function createMedia(_host: BuildHost): BuildServices['media'] {
  const notYet = async (): Promise<never> => {
    throw new AppError('unsupported', 'not there yet');
  };
  return {
    list: notYet,
    checksum: notYet,
    copyOut: notYet,
    bootTest: notYet,
  };
}
