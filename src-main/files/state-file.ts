import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { lstat, rename } from '../system/files';
import { readBounded } from './text-files';
import { explainFailure } from '../../src-shared/explain-failure';

/** The app's own files have a few kilobytes. */
const MAX_STATE_BYTES = 16 * 1024 * 1024;

/** The content of a file of the app's state. */
export interface State<T> {
  /** `undefined` without a usable file. */
  readonly content: T | undefined;
  /** Set when the file had other content: where it is now, as a sentence. */
  readonly trouble?: string;
}

/**
 * Reads a JSON file of the app's state. A file with other content is set aside under a new name, so that the next change does not replace
 * it. Throws `refused` for a file that cannot be read: it is unchanged, and may be readable later or for another account.
 *
 * @param name of the file in sentences
 */
export async function readState<T>(path: string, name: string, parse: (json: unknown) => T): Promise<State<T>> {
  try {
    const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!found) return { content: undefined };
    return { content: parse(JSON.parse((await readBounded(path, MAX_STATE_BYTES)).toString('utf8'))) };
  } catch (error) {
    if (error instanceof AppError || (error instanceof Error && 'syscall' in error))
      throw unreadable(path, name, error);
    return { content: undefined, trouble: await setAside(path, name) };
  }
}

async function setAside(path: string, name: string): Promise<string> {
  const time = new Date().toISOString().replace(/[:.]/g, '-');
  const aside = `${path}.set-aside-${time}-${randomBytes(2).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch (error) {
    throw unreadable(path, name, error as Error);
  }
  return `The ${name} ${path} could not be read and is empty now. It was set aside as ${basename(aside)} there.`;
}

function unreadable(path: string, name: string, error: Error): AppError {
  const reason = explainFailure((error as NodeJS.ErrnoException).code, error.message).replace(/\.$/, '');
  return new AppError(
    'refused',
    `The ${name} ${path} could not be read, and is not replaced: ${reason}.`,
    'Check its permissions and its content.',
  );
}
