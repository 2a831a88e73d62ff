import { readFile, stat } from 'node:fs/promises';
import { AppError, reasonOf } from '../../../src-shared/errors';
import { withoutLogin } from '../../../src-shared/without-login';
import { get } from '../../system/http';
import { localFolder } from '../../repositories/probe';

const MAX_BYTES = 256 * 1024 * 1024;
/** The longest time between two chunks, and for the whole file. */
const IDLE_TIMEOUT_MS = 20_000;
const TIMEOUT_MS = 600_000;

/**
 * The bytes of a file at an address or path; `undefined` when there is none.
 *
 * Throws `AppError('unreachable')` when the server does not answer, the answer breaks off or it is not a file, and
 * `'refused'` when it is too large.
 */
export async function fetchFile(address: string): Promise<Buffer | undefined> {
  const path = localFolder(address);
  try {
    return await (path === undefined ? fetchFromServer(address) : readFromDisk(path));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      'unreachable',
      withoutLogin(`${address} could not be fetched: ${reasonOf(error) || 'no answer'}`),
      'Correct the address in the repositories, or check the network of the build host, then try again.',
    );
  }
}

async function readFromDisk(path: string): Promise<Buffer | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (!found?.isFile()) return undefined;
  if (found.size > MAX_BYTES) throw tooLarge(path);
  return readFile(path);
}

async function fetchFromServer(address: string): Promise<Buffer | undefined> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new AppError(
      'unreachable',
      `${withoutLogin(address)} is not a repository address.`,
      'Correct the address in the repositories: it begins with http://, https:// or file:///.',
    );
  const answer = await get(url);
  if (answer.statusCode !== 200) {
    answer.destroy();
    if (answer.statusCode === 404 || answer.statusCode === 410) return undefined;
    throw new Error(`the server answers with status ${answer.statusCode ?? '?'}`);
  }
  const abort = (): unknown => answer.destroy(new Error('the server became too slow'));
  const idleTimer = setTimeout(abort, IDLE_TIMEOUT_MS);
  const timer = setTimeout(abort, TIMEOUT_MS);
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      idleTimer.refresh();
      size += chunk.length;
      if (size > MAX_BYTES) throw tooLarge(address);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(idleTimer);
    clearTimeout(timer);
    answer.destroy();
  }
}

const tooLarge = (address: string): AppError =>
  new AppError(
    'refused',
    `${withoutLogin(address)} has more than ${MAX_BYTES / 1024 / 1024} MB, so it is not a catalogue.`,
    'Correct the address in the repositories.',
  );
