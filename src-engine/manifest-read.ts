import { createConnection, type Socket } from 'node:net';
import { getopt } from './commands/getopt';

/** The usage text of contract 5.3. */
export const MANIFEST_READ_USAGE = `Usage:
    ManifestRead [-d] [-r] [-k] <socket> [<nodepath or key> ...]
    ManifestRead [-h|-?]
      -d  show the protocol's messages on standard output
      -h  show this text
      -k  requests are keys of key_value_pairs
      -r  print the request before each value
`;
const EINVAL = 22;

/**
 * `ManifestRead [-d] [-r] [-k] SOCKET [NODEPATH...]`: prints values of the manifest that a build is using, one a line; with
 * several requests or `-r` each line begins with its request (contract 5.3). No match prints nothing and exits 0.
 */
export async function manifestReadCommand(words: readonly string[]): Promise<number> {
  const parsed = getopt(words, 'dhkr?');
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
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    return 0;
  } catch (error) {
    const { code = '', message, errno } = error as NodeJS.ErrnoException;
    process.stderr.write(
      `Error connecting to listener socket ${socketPath}\nError running Manifest Reader: ${message}\n`,
    );
    return code === 'ENOENT' ? 2 : Math.abs(errno ?? 1) % 256 || 1;
  }
}

async function readAll(
  socketPath: string,
  requests: readonly string[],
  areKeys: boolean,
  prefixed: boolean,
  debug: boolean,
): Promise<string[]> {
  const reader = await ManifestReader.connect(socketPath, debug);
  const lines: string[] = [];
  for (const request of requests) {
    const values = await reader.read(request, areKeys);
    lines.push(...values.map((value) => (prefixed ? `${request} ${value}` : value)));
  }
  reader.end();
  return lines;
}

/** The client's side of the protocol (contract 5.2). */
class ManifestReader {
  #buffer = Buffer.alloc(0);
  #wake: (() => void) | undefined;
  #ended: Error | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly debug: boolean,
  ) {
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
      const socket = createConnection(path);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new ManifestReader(socket, debug));
      });
    });
  }

  end(): void {
    this.socket.end(Buffer.of(0x05));
  }

  async read(request: string, isKey: boolean): Promise<string[]> {
    const bytes = Buffer.from(request);
    this.#say(`request ${isKey ? 'key' : 'nodepath'}: ${request}`);
    this.socket.write(`${isKey ? '1' : '0'} ${String(bytes.length).padStart(6, '0')}`);
    await this.#until((buffer) => buffer.length >= 1);
    this.#buffer = this.#buffer.subarray(1);
    this.socket.write(bytes);
    const header = await this.#header();
    this.#say(`reply: ${header.count} value(s), ${header.size} byte(s)`);
    this.socket.write(Buffer.of(0x04));
    if (header.count === 0) return [];
    await this.#until((buffer) => buffer.length >= header.size);
    const body = this.#buffer.subarray(0, header.size - 1);
    this.#buffer = this.#buffer.subarray(header.size);
    return splitValues(body);
  }

  /** `<count>,<size>` has no terminator: the server sends it in one piece and then waits for us. */
  async #header(): Promise<{ count: number; size: number }> {
    await this.#until((buffer) => /^\d+,\d+$/.test(buffer.toString('latin1')));
    const [count = 0, size = 0] = this.#buffer.toString('latin1').split(',').map(Number);
    this.#buffer = Buffer.alloc(0);
    return { count, size };
  }

  async #until(enough: (buffer: Buffer) => boolean): Promise<void> {
    while (!enough(this.#buffer)) {
      if (this.#ended) throw this.#ended;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #say(line: string): void {
    if (this.debug) process.stdout.write(`${line}\n`);
  }
}

function splitValues(body: Buffer): string[] {
  const values: string[] = [];
  let start = 0;
  for (let end = body.indexOf(0); end >= 0; end = body.indexOf(0, start)) {
    const value = body.subarray(start, end);
    values.push(value.length === 1 && value[0] === 0x03 ? '' : value.toString('utf8'));
    start = end + 1;
  }
  return values;
}
