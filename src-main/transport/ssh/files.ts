import type { SFTPWrapper, Stats } from 'ssh2';
import { AppError } from '../../../src-shared/errors';
import type { Connection } from './connection';
import { beforeDeadline } from '../../async/deadline';

/** Answers of an SFTP server: draft-ietf-secsh-filexfer-02, 7. */
const NO_SUCH_FILE = 2;
const PERMISSION_DENIED = 3;
const FAILURE = 4;
/** For one request: a disk may have to spin up. */
const ANSWER_TIMEOUT_MS = 60_000;
/** For the begin of a session. Output of start-up files, which a server program of the host gets too, may stop it forever. */
const OPEN_TIMEOUT_MS = 15_000;

/** Reads files of the host. Rejects with `refused` without the right to read. */
export interface Files {
  read(path: string, offset: number, length: number): Promise<Buffer>;
  list(folder: string): Promise<readonly string[]>;
  /** Size in bytes; `undefined` when the file does not exist. */
  size(path: string): Promise<number | undefined>;
  /** Size, time (whole seconds in SFTP) and mode of a file, or of all files in a folder, as one string. The same for all paths that do not exist. */
  stamp(path: string): Promise<string>;
}

/**
 * Reads files as the account, over SFTP where the host has it, otherwise by commands. A small host has no SFTP server, and one that prints
 * a greeting breaks it. `giveWay` ends the SFTP session, for a host that allows too few sessions; from then on commands read.
 *
 * @param byCommands reads the same files by commands
 */
export function createFiles(connection: Connection, byCommands: Files): Files & { giveWay(): void } {
  if (!connection.sftp) return { ...byCommands, giveWay: () => undefined };
  const bySftp = createSftpFiles(connection, connection.sftp);
  let hasSftp: Promise<boolean> | undefined;
  let reading = 0;
  async function use<T>(read: (files: Files) => Promise<T>): Promise<T> {
    hasSftp ??= bySftp.open().then(
      () => true,
      () => {
        const lost = connection.isLost();
        if (lost) throw lost;
        return false;
      },
    );
    if (!(await hasSftp)) return read(byCommands);
    reading++;
    try {
      return await read(bySftp);
    } finally {
      reading--;
      if (reading === 0 && !(await hasSftp)) bySftp.end();
    }
  }
  return {
    read: (path, offset, length) => use((files) => files.read(path, offset, length)),
    list: (folder) => use((files) => files.list(folder)),
    size: (path) => use((files) => files.size(path)),
    stamp: (path) => use((files) => files.stamp(path)),
    giveWay() {
      hasSftp = Promise.resolve(false);
      if (reading === 0) bySftp.end();
    },
  };
}

/** Reads files over one SFTP channel that all calls share. `open` rejects on a host without SFTP. */
function createSftpFiles(
  connection: Connection,
  start: () => Promise<SFTPWrapper>,
): Files & { open(): Promise<unknown>; end(): void } {
  let session: Promise<SFTPWrapper> | undefined;

  /** Opened by the first call, and reopened when the host has closed it. */
  function open(): Promise<SFTPWrapper> {
    session ??= within(start(), OPEN_TIMEOUT_MS, connection).then(
      (sftp) => {
        sftp.on('error', () => undefined);
        sftp.once('close', () => (session = undefined));
        return sftp;
      },
      (error: Error) => {
        session = undefined;
        throw connection.isLost() ?? new AppError('unsupported', `${connection.name} has no SFTP: ${error.message}.`);
      },
    );
    // Each caller receives the error.
    session.catch(() => undefined);
    return session;
  }

  /** Sends one request. Rejects with the lost-connection error or with the host's error. */
  async function ask<T>(
    request: (sftp: SFTPWrapper, done: (error: Error | null | undefined, value?: T) => void) => void,
  ) {
    const lost = connection.isLost();
    if (lost) throw lost;
    const sftp = await answered(Promise.race([open(), connection.lost]), connection);
    const answer = new Promise<T>((resolve, reject) => {
      request(sftp, (error, value) => {
        if (error) reject(connection.isLost() ?? error);
        else resolve(value as T);
      });
    });
    // It may fail after the connection was lost.
    answer.catch(() => undefined);
    return answered(Promise.race([answer, connection.lost]), connection);
  }

  async function stats(path: string): Promise<Stats | undefined> {
    return ask<Stats>((sftp, done) => sftp.stat(path, done)).catch((error: unknown) => {
      // FAILURE: a parent of the path is a file.
      if (isAnswer(error, NO_SUCH_FILE, FAILURE)) return undefined;
      throw failure(connection, path, error);
    });
  }

  async function entries(
    folder: string,
  ): Promise<{ filename: string; attrs: { size: number; mtime: number; mode: number } }[]> {
    try {
      return await ask((sftp, done) => sftp.readdir(folder, done));
    } catch (error) {
      if (isAnswer(error, NO_SUCH_FILE)) return [];
      if (isAnswer(error, FAILURE) && !(await stats(folder))?.isDirectory()) return [];
      throw failure(connection, folder, error);
    }
  }

  return {
    open: () => Promise.race([open(), connection.lost]),
    end: () => void session?.then((sftp) => sftp.end()).catch(() => undefined),

    async read(path, offset, length) {
      const handle = await ask<Buffer>((sftp, done) => sftp.open(path, 'r', done)).catch((error: unknown) => {
        throw failure(connection, path, error);
      });
      try {
        const buffer = Buffer.alloc(length);
        let got = 0;
        while (got < length) {
          const count = await ask<number>((sftp, done) =>
            sftp.read(handle, buffer, got, length - got, offset + got, (error, bytes) => done(error, bytes)),
          ).catch((error: unknown) => {
            if ((error as { code?: number }).code === 1) return 0; // the end of the file
            throw failure(connection, path, error);
          });
          if (count === 0) break;
          got += count;
        }
        return buffer.subarray(0, got);
      } finally {
        // Also after an error. The result is not awaited.
        void ask<undefined>((sftp, done) => sftp.close(handle, done)).catch(() => undefined);
      }
    },

    async list(folder) {
      return (await entries(folder)).map(({ filename }) => filename);
    },

    async size(path) {
      return (await stats(path))?.size;
    },

    async stamp(path) {
      const own = await stats(path);
      const all = own?.isDirectory() ? await entries(path) : own ? [{ filename: '', attrs: own }] : [];
      return all
        .map(({ filename, attrs: { size, mtime, mode } }) => `${filename}/${mtime} ${size} ${mode}`)
        .sort()
        .join('\n');
    },
  };
}

/** Waits for one answer of the SFTP server. Throws `unsupported` when there is none for a long time. */
const answered = <T>(answer: Promise<T>, connection: Connection): Promise<T> =>
  within(answer, ANSWER_TIMEOUT_MS, connection);

async function within<T>(answer: Promise<T>, milliseconds: number, { name }: Connection): Promise<T> {
  const found = await beforeDeadline(answer, milliseconds);
  if (found) return found.value;
  throw new AppError('unsupported', `The SFTP server of ${name} does not answer.`, 'Check the host.');
}

function isAnswer(error: unknown, ...codes: number[]): boolean {
  return !(error instanceof AppError) && codes.includes((error as { code?: number }).code ?? -1);
}

function failure(connection: Connection, path: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { message } = error as Error;
  const isThere = isAnswer(error, PERMISSION_DENIED);
  const code = isThere ? 'refused' : isAnswer(error, NO_SUCH_FILE, FAILURE) ? 'missing' : 'unreachable';
  return new AppError(code, `${path} cannot be read on ${connection.name}: ${message}.`);
}
