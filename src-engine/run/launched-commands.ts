import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { isAbsolute } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { exec, resultOf, type RunTool, type ToolEnd } from '../system/exec';
import { launcherRequest } from './launcher-request';

const HEADER_BYTES = 16;

/** A command without an answer. */
interface Waiting {
  resolve(end: ToolEnd): void;
  reject(error: Error): void;
}

/**
 * Runs commands of the engine through the process of `command-program.ts`, because a fork of the engine itself takes
 * several times as long.
 */
export class LaunchedCommands {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #isOpen = true;
  #received: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    // After an error the socket is closed.
    socket.on('data', (chunk: Buffer) => this.#receive(chunk)).on('error', () => undefined);
    socket.on('close', () => this.#lose());
  }

  /** As `exec`, which runs the command where this one cannot: after the process has ended, and with input or a signal. */
  readonly run: RunTool = async (argv, options = {}) => {
    const { input, signal, endsWithCaller } = options;
    const isPlain = input === undefined && signal === undefined && endsWithCaller !== true && isAbsolute(argv[0]);
    if (!this.#isOpen || !isPlain) return exec(argv, options);
    const number = ++this.#count;
    const ended = new Promise<ToolEnd>((resolve, reject) => this.#waiting.set(number, { resolve, reject }));
    const { env = process.env, maskedFile = '' } = options;
    this.#socket.write(launcherRequest(argv, env, String(number), maskedFile));
    const end = await ended.catch((error: Error) => {
      throw new AppError(options.errorCode ?? 'snapshot', `${argv.join(' ')} was interrupted: ${error.message}`);
    });
    return resultOf(argv, end, options);
  };

  /** No command starts through the process afterwards. Those that run are still answered. */
  close(): void {
    this.#isOpen = false;
    this.#socket.end().unref();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    for (;;) {
      const bytes = this.#received;
      if (bytes.length < HEADER_BYTES) return;
      const [number, status, outBytes, errBytes] = [0, 4, 8, 12].map((at) => bytes.readUInt32BE(at));
      const errAt = HEADER_BYTES + (outBytes ?? 0);
      const end = errAt + (errBytes ?? 0);
      if (bytes.length < end) return;
      this.#received = bytes.subarray(end);
      this.#answer(number ?? 0, status ?? 0, bytes.subarray(HEADER_BYTES, errAt), bytes.subarray(errAt, end));
    }
  }

  #answer(number: number, status: number, stdout: Buffer, stderr: Buffer): void {
    const signal = SIGNAL_NAMES.get(status % 128) ?? null;
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    waiting?.resolve({ code: signal === null ? status >> 8 : null, signal, stdout, stderr });
  }

  #lose(): void {
    this.#isOpen = false;
    for (const { reject } of this.#waiting.values()) reject(new Error('the process that ran it has ended'));
    this.#waiting.clear();
  }
}

const SIGNAL_NAMES = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals] as const),
);
