import { closeSync, openSync, statSync } from 'node:fs';
import { AppError } from '../../src-shared/errors';
import { systemError } from '../system/system-error';
import type { BuildArea } from './area';

/** A folder as it was when the area was taken. */
interface HeldFolder {
  readonly path: string;
  readonly identity: string;
  /** An open folder keeps its inode number on file systems that assign numbers in memory, such as vfat. */
  readonly fd: number | undefined;
}

/**
 * The folders of a held area: the area itself, its logs and the engine's own folder. A user or a step may remove, move
 * or replace them, or unmount their file system, while a build runs. The build must not go on in new folders then.
 */
export class AreaFolders {
  readonly #area: string;
  readonly #folders: readonly HeldFolder[];

  /** Throws the system's error when a folder does not exist. The caller holds the area. */
  constructor({ mountpoint, logs, stateFolder }: Pick<BuildArea, 'mountpoint' | 'logs' | 'stateFolder'>) {
    this.#area = mountpoint;
    this.#folders = [mountpoint, logs, stateFolder].map((path) => ({
      path,
      identity: identityOf(path),
      fd: open(path),
    }));
  }

  /** Throws `AppError('area')` when a folder is no longer the one that was there. */
  assertPresent(): void {
    // The paths of the folders inside lead through the area. On FUSE each part of a path takes long.
    if (this.#folders.every((folder) => folder.path === this.#area || isPresent(folder))) return;
    for (const folder of this.#folders) if (!isPresent(folder)) throw this.#gone(folder.path);
  }

  close(): void {
    for (const { fd } of this.#folders) if (fd !== undefined) closeSync(fd);
  }

  #gone(path: string): AppError {
    const what = path === this.#area ? `The build area ${path}` : `The folder ${path} of the build area`;
    return new AppError(
      'area',
      `${what} was removed or replaced during the build.`,
      'The journal and the logs of this run may be lost with it. Put the folder back, or find what removed or unmounted it, then build again.',
    );
  }
}

function identityOf(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
}

function isPresent({ path, identity }: HeldFolder): boolean {
  try {
    return identityOf(path) === identity;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw systemError(error) ?? error;
  }
}

function open(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined; // a folder that may be entered and not read
  }
}
