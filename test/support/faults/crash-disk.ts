import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually';
import { lacksTool, runTool } from '../run-tool';
import { lacksTempFileSystem } from '../temp-loop';

const DISK_BYTES = 400 << 20;
const HOST_BYTES = 2 ** 31;
/** In memory, so that a flush of the inner file system does not wait for a real disk. */
const HOST_FOLDER = '/dev/shm';

/** Why no disk that loses power can be made here, or `undefined`. */
export function lacksCrashDisk(): string | undefined {
  return lacksTempFileSystem('xfs') ?? lacksTempFileSystem('btrfs') ?? lacksTool('mkfs.ext4');
}

/**
 * A file system in an image file on XFS, mounted at `path`. A clone of the image (`reflink`) is atomic, so it is the
 * content of a disk at the moment of a power loss, without what the file system has not written yet.
 */
export class CrashDisk {
  readonly path: string;
  readonly #folder = mkdtempSync(join(existsSync(HOST_FOLDER) ? HOST_FOLDER : tmpdir(), 'slipway-crash-'));
  readonly #host = join(this.#folder, 'host');
  readonly #image = join(this.#host, 'disk');
  #clones = 0;

  constructor(type: 'ext4' | 'btrfs') {
    this.path = join(this.#folder, 'mounted');
    const hostImage = join(this.#folder, 'image');
    for (const path of [this.#host, this.path]) mkdirSync(path);
    sparse(hostImage, HOST_BYTES);
    runTool('mkfs.xfs', '-q', hostImage);
    runTool('mount', '-o', 'loop', hostImage, this.#host);
    sparse(this.#image, DISK_BYTES);
    runTool(`mkfs.${type}`, '-q', this.#image);
    this.#mount(this.#image);
  }

  /** Clones the present content of the disk. */
  clone(): string {
    const clone = join(this.#host, `clone-${this.#clones++}`);
    runTool('cp', '--reflink=always', this.#image, clone);
    return clone;
  }

  /** Mounts a clone in place of the disk, as after a power loss, runs `look`, and mounts the disk again. */
  async afterPowerLoss<T>(clone: string, look: () => Promise<T>): Promise<T> {
    await this.#unmount();
    try {
      this.#mount(clone);
      try {
        return await look();
      } finally {
        await this.#unmount();
      }
    } finally {
      rmSync(clone);
      this.#mount(this.#image);
    }
  }

  async dispose(): Promise<void> {
    await this.#unmount();
    await eventually(() => runTool('umount', this.#host));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #mount(image: string): void {
    runTool('mount', '-o', 'loop', image, this.path);
  }

  #unmount(): Promise<void> {
    return eventually(() => runTool('umount', this.path));
  }
}

function sparse(path: string, bytes: number): void {
  writeFileSync(path, '');
  truncateSync(path, bytes);
}
