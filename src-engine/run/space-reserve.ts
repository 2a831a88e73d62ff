import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BuildArea } from '../area/area';
import { isFullDisk } from '../snapshots/plain/full-disk';
import { syncFileSystem } from '../system/durable';
import { writeSynced } from '../system/files';

const RESERVE_BYTES = 64 * 1024;
/** With less free space a build begins without a reserve: emptying or rolling back the build data may free space. */
const MIN_FREE_BYTES = 256 * 1024;

/**
 * A file that reserves some space in the area. It is removed when the disk is full, so that the end of a run can be
 * recorded.
 */
export class SpaceReserve {
  readonly #path: string;

  constructor(area: BuildArea) {
    this.#path = join(area.stateFolder, 'checkpoints', 'reserve');
  }

  /**
   * Creates the file before a build's first action. On an almost full disk it frees the space instead, for the logs of
   * that action.
   */
  prepare(): void {
    const { bavail, bsize } = statfsSync(dirname(dirname(this.#path)));
    if (bavail * bsize < MIN_FREE_BYTES) this.release();
    else this.make();
  }

  /** Makes the file where it is missing. Throws the system's error, such as a full disk. */
  make(): void {
    if (statSync(this.#path, { throwIfNoEntry: false })?.size === RESERVE_BYTES) return;
    mkdirSync(dirname(this.#path), { recursive: true });
    writeSynced(this.#path, randomBytes(RESERVE_BYTES)); // zeros would be compressed to nothing
  }

  /**
   * Frees the space and returns whether the file existed. Never throws: on a read-only file system nothing can be
   * freed.
   */
  release(): boolean {
    try {
      rmSync(this.#path);
      return true;
    } catch {
      return false; // the caller's next write reports why
    }
  }
}

/** Does something that frees space. On a full disk the reserve is removed first, and it is done again. */
export async function withReserve<T>(area: BuildArea, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!isFullDisk(error) || !new SpaceReserve(area).release()) throw error;
    await syncFileSystem(area.stateFolder); // ZFS and btrfs free space when they write out
    return await act();
  }
}
