import { statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { NO_CONTENT } from '../../src-shared/checkpoints/fingerprint';
import { isExecutable } from '../system/executables';
import { readRegularFile } from '../system/files';
import { shortHash } from '../system/short-hash';

/** Layout A's built-in first step on a host that has the original's scripts (contract 7). */
export const BUILT_IN_IM_POP = '/usr/share/distro_const/im_pop.py';

/**
 * The file that runs for a script's name: a name without a slash is looked up on `PATH`, as the kernel does it (contract 4).
 * Returns the name itself when there is no such file.
 */
export function scriptFile(name: string, path = process.env.PATH ?? ''): string {
  if (name.includes('/')) return name;
  const found = path
    .split(delimiter)
    .map((folder) => join(folder === '' ? '.' : folder, name))
    .find((candidate) => isExecutable(candidate) && statSync(candidate).isFile());
  return found ?? name;
}

/**
 * Hash of a script's content, links followed; `NO_CONTENT.missing` or `.unreadable` where there is none. A pipe or a
 * device is not read.
 */
export function scriptHash(file: string): string {
  try {
    return shortHash(readRegularFile(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? NO_CONTENT.missing : NO_CONTENT.unreadable;
  }
}
