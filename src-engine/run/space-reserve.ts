import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BuildArea } from '../area/area';

const RESERVE_BYTES = 64 * 1024;

/** A file that holds some space in the area, to be given up when the disk is full, so that the end of a run can be recorded. */
export class SpaceReserve {
  readonly #path: string;

  constructor(area: BuildArea) {
    this.#path = join(area.private, 'checkpoints', 'reserve');
  }

  /** Makes the file where it is missing. Throws the system's error, such as a full disk. */
  make(): void {
    if (statSync(this.#path, { throwIfNoEntry: false })?.size === RESERVE_BYTES) return;
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, randomBytes(RESERVE_BYTES)); // zeros would be compressed to nothing
  }

  /** Frees the space. Never throws: on a read-only file system there is nothing to gain. */
  release(): void {
    try {
      rmSync(this.#path, { force: true });
    } catch {
      // the caller's next write reports it
    }
  }
}
