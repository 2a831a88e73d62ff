import { basename } from 'node:path';
import { LockSyntaxError, lockText, readLockText, type PackageLock } from '../../../src-shared/packages/package-lock';
import { AppError } from '../../../src-shared/errors';
import { lockPathOf } from '../../area/package-lock-path';
import { readIfThereSync, writeFileAtomically } from '../../system/files';

/** A lock that was read. */
export interface LockFile {
  readonly path: string;
  readonly lock: PackageLock;
}

/**
 * Reads the lock of a manifest; `undefined` where there is none.
 *
 * Throws `AppError('manifest')` with line and column when it is damaged.
 *
 * @param manifest the path of the manifest
 */
export function readLockFile(manifest: string): LockFile | undefined {
  return readLockAt(lockPathOf(manifest));
}

/** As `readLockFile`, by the path of the lock. */
export function readLockAt(path: string): LockFile | undefined {
  const bytes = readIfThereSync(path);
  if (!bytes) return undefined;
  try {
    return { path, lock: readLockText(bytes.toString('utf8')) };
  } catch (error) {
    if (!(error instanceof LockSyntaxError)) throw error;
    throw new AppError(
      'manifest',
      `${path}:${error.line}:${error.column}: the lock is damaged: the line ${error.message}.`,
      hintFor(error),
    );
  }
}

/** The name of a lock, for messages. */
export const lockName = ({ path }: LockFile): string => basename(path);

/** Writes a lock, so that a reader finds the old one or the new one. */
export function writeLockFile(path: string, lock: PackageLock): void {
  writeFileAtomically(path, lockText(lock));
}

function hintFor({ message }: LockSyntaxError): string {
  if (message.includes('carriage return'))
    return 'Restore it with LF line ends. With git: add the line "*.lock -text" to .gitattributes, then check the file out again.';
  if (/<<<<<<<|=======|>>>>>>>/.test(message))
    return 'Two locks cannot be merged: take one of them, then run distro_const lock --update.';
  return 'Restore it from version control, or remove it and run distro_const lock.';
}
