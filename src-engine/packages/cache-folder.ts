import { homedir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { exists } from '../system/files';

/** What to do when the cache cannot be written. */
export const STORED_ELSEWHERE = 'Set XDG_CACHE_HOME to a folder that this account can write to.';

/** A folder of the account's cache. It may not exist yet. */
export function cacheFolder(...names: readonly string[]): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'slipway', ...names);
}

/**
 * A missing home is not made: it is missing on purpose, as that of a service, or not mounted yet.
 *
 * Throws `AppError('unsupported')`.
 *
 * @param what is to be stored
 */
export function assertHome(folder: string, what: string): void {
  const home = homedir();
  if (!folder.startsWith(join(home, '/')) || exists(home)) return;
  throw new AppError(
    'unsupported',
    `${what} cannot be stored: the home folder ${home} does not exist.`,
    STORED_ELSEWHERE,
  );
}
