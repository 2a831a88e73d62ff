import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';

/** One stream of a step: the step writes to `writeEnd`, the engine reads `reader` to its end. */
export interface OutputPipe {
  readonly reader: Socket;
  readonly writeEnd: number;
  /** Closes the engine's copy of the write end, so that the stream ends when the step's last process does. */
  closeWriteEnd(): void;
}

/**
 * Real pipes for steps' output. What Node makes for a child are sockets, on which a script's `>/dev/stderr` or `tee /dev/stdout` fails;
 * scripts written for the original count on pipes (contract section 4).
 */
export class OutputPipes {
  readonly #paths: Readonly<Record<'stdout' | 'stderr', string>>;

  /** @param folder a private folder for the two named pipes */
  constructor(folder: string) {
    this.#paths = { stdout: join(folder, 'stdout'), stderr: join(folder, 'stderr') };
    execFileSync('mkfifo', Object.values(this.#paths), { stdio: 'ignore' });
  }

  open(stream: 'stdout' | 'stderr'): OutputPipe {
    const path = this.#paths[stream];
    // The reading end first and without waiting; then the writing end finds a reader and blocks as writers expect.
    const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = openSync(path, constants.O_WRONLY);
    const reader = new Socket({ fd: readEnd, readable: true, writable: false });
    return { reader, writeEnd, closeWriteEnd: () => closeSync(writeEnd) };
  }
}
