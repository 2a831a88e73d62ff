import { AppError } from '../../src-shared/errors';
import type { BuildHost } from '../hosts/build-host';
import type { BuildServices } from '../rpc/services';

/** Not there yet: says so. */
export function createBuilds(_host: BuildHost): BuildServices['builds'] {
  const notYet = async (): Promise<never> => {
    throw new AppError('unsupported', 'not there yet');
  };
  return {
    watch: notYet,
    plan: notYet,
    start: notYet,
    unqueue: notYet,
    pauseBefore: notYet,
    cancel: notYet,
    prune: notYet,
  };
}
