import { homedir } from 'node:os';
import { resolve } from 'node:path';

/** Whether a path is the home folder of this account. An account without an entry in passwd has none. */
export function isHome(path: string): boolean {
  try {
    return resolve(path) === resolve(homedir());
  } catch {
    return false;
  }
}

/** The error for a missing home. It is not ours to make: a home is missing on purpose, as that of a service, or not mounted yet. */
export function missingHome(path: string): NodeJS.ErrnoException {
  const error = new Error(`ENOENT: the home folder does not exist, mkdir '${path}'`);
  return Object.assign(error, { code: 'ENOENT', syscall: 'mkdir', path });
}
