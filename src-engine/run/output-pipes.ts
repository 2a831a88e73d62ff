import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { findTool, installCommand } from '../system/executables';

/** One stream of a step: the step writes to `writeEnd`, the engine reads `reader` to its end. */
export interface OutputPipe {
  readonly reader: Socket;
  readonly writeEnd: number;
  /** Closes the engine's copy of the write end, so that the stream ends when the step's last process does. */
  closeWriteEnd(): void;
}

/** Throws `AppError('missing')` when the tool is not installed. */
function mkfifo(): string {
  const tool = findTool('mkfifo') ?? findTool('/usr/bin/mkfifo');
  if (tool !== undefined) return tool;
  throw new AppError(
    'missing',
    'mkfifo is not installed. The engine needs it for the output of steps.',
    `${installCommand('coreutils', 'mkfifo')} If it is installed, add its folder to PATH.`,
  );
}

/**
 * Real pipes for the output of steps. Node gives a child sockets, on which a script's `>/dev/stderr` or `tee
 * /dev/stdout` fails. Scripts written for the original depend on pipes (contract section 4).
 */
export class OutputPipes {
  readonly #paths: Readonly<Record<'stdout' | 'stderr', string>>;

  /** @param folder a private folder for the two named pipes */
  constructor(folder: string) {
    this.#paths = { stdout: join(folder, 'stdout'), stderr: join(folder, 'stderr') };
    execFileSync(mkfifo(), Object.values(this.#paths), { stdio: 'ignore' });
  }

  open(stream: 'stdout' | 'stderr'): OutputPipe {
    const path = this.#paths[stream];
    // The reading end is opened first and without waiting. The writing end then has a reader, and blocks as writers
    // expect.
    const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = openSync(path, constants.O_WRONLY);
    const reader = new Socket({ fd: readEnd, readable: true, writable: false });
    return { reader, writeEnd, closeWriteEnd: () => closeSync(writeEnd) };
  }
}
