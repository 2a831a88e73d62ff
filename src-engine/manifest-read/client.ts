import { createConnection, type Socket } from 'node:net';
import { getSystemErrorMap } from 'node:util';
import { getopt } from '../commands/getopt';
import { MANIFEST_READ_USAGE } from './usage';

const EINVAL = 22;
const MAX_SIZE_DIGITS = 12;

/**
 * `ManifestRead [-d] [-r] [-k] SOCKET [NODEPATH...]` prints values of the manifest of a running build, one per line.
 * With several requests or `-r` each line begins with its request (contract 5.3). No match prints nothing and exits 0.
 *
 * client.pl does the same faster where the host has perl; test/engine/manifest-read compares them.
 */
export async function manifestReadCommand(argv: readonly string[]): Promise<number> {
  const parsed = getopt(argv, 'dhkr?');
  const has = (letter: string): boolean => parsed?.options.some((option) => option.letter === letter) ?? false;
  if (has('h') || has('?')) {
    process.stdout.write(MANIFEST_READ_USAGE);
    return 0;
  }
  const [socketPath, ...requests] = parsed?.operands ?? [];
  if (!parsed || socketPath === undefined) {
    process.stderr.write(MANIFEST_READ_USAGE);
    return EINVAL;
  }
  try {
    const lines = await readAll(socketPath, requests, has('k'), has('r') || requests.length > 1, has('d'));
    process.stdout.on('error', outputFailed);
    process.stdout.write(Buffer.concat(lines));
    return 0;
  } catch (error) {
    const { reason, errno } = explained(error);
    process.stderr.write(
      `Error connecting to listener socket ${socketPath}\nError running Manifest Reader: ${reason}\n`,
    );
    return errno % 256 || 1;
  }
}

/** The system's message and number for an error; 1 for an error of the protocol. */
function explained(error: unknown): { readonly reason: string; readonly errno: number } {
  const { message, errno } = error as NodeJS.ErrnoException;
  const [, text = message] = getSystemErrorMap().get(errno ?? 0) ?? [];
  return { reason: text, errno: Math.abs(errno ?? 1) };
}

/** A reader that closes the pipe is not an error; a full disk is. */
function outputFailed(error: NodeJS.ErrnoException): void {
  const { reason, errno } = explained(error);
  if (error.code !== 'EPIPE') process.stderr.write(`Error running Manifest Reader: ${reason}\n`);
  process.exit(error.code === 'EPIPE' ? 141 : errno);
}

async function readAll(
  socketPath: string,
  requests: readonly string[],
  areKeys: boolean,
  prefixed: boolean,
  debug: boolean,
): Promise<Buffer[]> {
  const reader = await ManifestReader.connect(socketPath, debug);
  const lines: Buffer[] = [];
  for (const request of requests) {
    const prefix = Buffer.from(prefixed ? `${request} ` : '');
    for (const value of await reader.read(request, areKeys)) lines.push(prefix, value, Buffer.from('\n'));
  }
  reader.end();
  return lines;
}

/** The client's side of the protocol (contract 5.2). */
class ManifestReader {
  #buffer: Buffer = Buffer.alloc(0);
  #wake: (() => void) | undefined;
  #ended: Error | undefined;
  readonly #socket: Socket;
  readonly #debug: boolean;

  private constructor(socket: Socket, debug: boolean) {
    this.#socket = socket;
    this.#debug = debug;
    socket.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#wake?.();
    });
    const finish = (error?: Error): void => {
      this.#ended ??= error ?? new Error('the build closed the connection');
      this.#wake?.();
    };
    socket.on('error', finish).on('close', () => finish());
  }

  static connect(path: string, debug: boolean): Promise<ManifestReader> {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ path });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new ManifestReader(socket, debug));
      });
    });
  }

  end(): void {
    this.#socket.end(Buffer.of(0x05));
  }

  async read(request: string, isKey: boolean): Promise<Buffer[]> {
    const bytes = Buffer.from(request);
    this.#show(`request ${isKey ? 'key' : 'nodepath'}: ${request}`);
    this.#socket.write(`${isKey ? '1' : '0'} ${String(bytes.length).padStart(6, '0')}`);
    await this.#until(() => this.#buffer.length >= 1 || undefined);
    this.#buffer = this.#buffer.subarray(1);
    this.#socket.write(bytes);
    const count = await this.#until(() => this.#count());
    this.#socket.write(Buffer.of(0x04));
    const body = count === 0 ? this.#take(1, 0) : await this.#until(() => this.#body(count));
    this.#show(`reply: ${count} value(s), ${body.length} byte(s)`);
    return splitValues(body);
  }

  /** The count of `<count>,<size>`, once a digit of the size has arrived too: the server then waits for the client. */
  #count(): number | undefined {
    const text = this.#buffer.toString('latin1');
    const [, count] = /^(\d+),\d/.exec(text) ?? [];
    if (count !== undefined) {
      this.#take(count.length + 1, 0);
      return Number(count);
    }
    if (!/^\d*,?$/.test(text)) throw new Error('the reply is not of the protocol');
    return undefined;
  }

  /**
   * The reply's body once it is complete. The size before it has no terminator, and its digits may arrive in pieces.
   * The size is the number at the start of the buffer that equals the length of the text after it.
   */
  #body(count: number): Buffer | undefined {
    const [digits = ''] = /^\d*/.exec(this.#buffer.toString('latin1', 0, MAX_SIZE_DIGITS)) ?? [];
    for (let taken = 1; taken <= digits.length; taken++) {
      const size = Number(digits.slice(0, taken));
      const body = this.#buffer.subarray(taken, taken + size);
      if (size < 1 || body.length < size || body.at(-1) !== 0x02) continue;
      if (body.reduce((sum, byte) => sum + Number(byte === 0), 0) === count) return this.#take(taken, size);
    }
    return undefined;
  }

  /** Skips some bytes of the buffer and removes the next `size` bytes from it. */
  #take(skipped: number, size: number): Buffer {
    const taken = this.#buffer.subarray(skipped, skipped + size);
    this.#buffer = this.#buffer.subarray(skipped + size);
    return taken;
  }

  /** Waits until `found` returns a value. */
  async #until<T>(found: () => T | undefined): Promise<T> {
    for (;;) {
      const result = found();
      if (result !== undefined) return result;
      if (this.#ended) throw this.#ended;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #show(line: string): void {
    if (this.#debug) process.stdout.write(`${line}\n`);
  }
}

function splitValues(body: Buffer): Buffer[] {
  const values: Buffer[] = [];
  let start = 0;
  for (let end = body.indexOf(0); end >= 0; end = body.indexOf(0, start)) {
    const value = body.subarray(start, end);
    values.push(value.length === 1 && value[0] === 0x03 ? Buffer.alloc(0) : value);
    start = end + 1;
  }
  return values;
}
