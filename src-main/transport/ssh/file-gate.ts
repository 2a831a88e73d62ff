import { setTimeout as delay } from 'node:timers/promises';
import { open, type FileHandle } from '../../system/files';

const POLL_MS = 5;

/**
 * A file to which the host appends the output of a command. Start-up files of the login shell may print before the command starts. The line
 * of a command prints a token then and waits, and what is in the file so far is removed.
 */
export class FileGate {
  readonly #file: FileHandle;
  readonly #size: number;

  private constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /** To be called before the line is run. */
  static async of(file: FileHandle): Promise<FileGate> {
    return new FileGate(file, (await file.stat()).size);
  }

  /** The descriptor for the host's output. */
  get descriptor(): number {
    return this.#file.fd;
  }

  /** Waits for the token in the file, and removes what was printed. */
  async clear(token: string, isOver: () => boolean): Promise<void> {
    const line = Buffer.from(`${token}\n`);
    while (!isOver()) {
      const { size } = await this.#file.stat();
      const at = size - line.length;
      if (at >= this.#size) {
        const { buffer } = await this.#file.read(Buffer.alloc(line.length), 0, line.length, at);
        if (buffer.equals(line)) break;
      }
      await delay(POLL_MS);
    }
    await this.reset();
  }

  /** Removes what was printed. */
  async reset(): Promise<void> {
    await this.#file.truncate(this.#size);
    // ext4 writes a file that was emptied to the disk when it is next closed, so that all of the new content would be written
    // before the copy is done. Closed once now, it has none.
    await open(`/dev/fd/${this.#file.fd}`, 'r').then(
      (again) => again.close(),
      () => undefined, // a system without this folder
    );
  }
}
