import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, reasonOf } from '../../src-shared/errors';

/** The longest path of a Unix socket: `sun_path` less its final NUL. Node cuts a longer one off without an error. */
const MAX_SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * Creates a folder for this build's socket and other temporary files, in the system's temporary folder, or elsewhere
 * when that is missing or its path too long. Its name cannot be predicted, so that another user cannot create it first
 * (contract 9, 29).
 *
 * Throws `AppError('system')` when no folder can be created.
 *
 * @param socketName the longest name of a socket in the folder
 */
export function privateFolder(socketName: string): string {
  const reasons: string[] = [];
  for (const parent of new Set([tmpdir(), '/tmp', '/var/tmp', '/run'])) {
    const prefix = join(parent, 'slipway-');
    if (Buffer.byteLength(join(`${prefix}XXXXXX`, socketName)) > MAX_SOCKET_PATH_BYTES) {
      reasons.push(`${parent}: the path is too long for a socket`);
      continue;
    }
    try {
      return mkdtempSync(prefix);
    } catch (error) {
      reasons.push(reasonOf(error));
    }
  }
  throw new AppError(
    'system',
    `There is no folder for the socket of the manifest server. ${reasons.join('. ')}.`,
    'Set TMPDIR to a folder that can be written, with a short path.',
  );
}
