import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';

const NEWLINE = Buffer.from('\n');

/**
 * The console (stderr) and the simple and detail logs of one build (contract 3.4). Lines are bytes: what a step wrote is what
 * is written, in whatever encoding.
 *
 * `info` goes to the console and both logs, `detail` to the detail log only. Before `open` only the console exists.
 */
export class BuildLogs {
  #simple: WriteStream | undefined;
  #detail: WriteStream | undefined;
  #error: Error | undefined;

  constructor(private readonly console: NodeJS.WriteStream = process.stderr) {}

  /** Opens both logs, appending, and names them on the console. Logs of a build that started in the same second are kept apart. */
  open(folder: string, stamp: string): void {
    const simple = join(folder, `simple-log-${stamp}`);
    const detail = join(folder, `detail-log-${stamp}`);
    this.console.write(`Simple Log: ${simple}\nDetail Log: ${detail}\n`);
    this.#simple = this.#stream(simple);
    this.#detail = this.#stream(detail);
  }

  #stream(path: string): WriteStream {
    const stream = createWriteStream(path, { flags: 'a' });
    stream.on('error', (error) => (this.#error ??= error));
    return stream;
  }

  info(line: string | Uint8Array): void {
    this.#put(line, [this.console, this.#simple, this.#detail]);
  }

  detail(line: string | Uint8Array): void {
    this.#put(line, [this.#detail]);
  }

  /** To the console alone: what is said before the logs are open, and never belongs into them. */
  consoleOnly(line: string): void {
    this.#put(line, [this.console]);
  }

  #put(line: string | Uint8Array, sinks: readonly (NodeJS.WritableStream | undefined)[]): void {
    const bytes = Buffer.concat([typeof line === 'string' ? Buffer.from(line) : line, NEWLINE]);
    for (const sink of sinks) sink?.write(bytes);
  }

  /** Waits until both files are written. Returns the first write error: a log that is not there must not look complete. */
  async close(): Promise<Error | undefined> {
    for (const stream of [this.#simple, this.#detail])
      if (stream) await new Promise<void>((resolve) => stream.end(() => resolve()).on('error', () => resolve()));
    return this.#error;
  }
}

/** The form of C's asctime, which the build's first and last lines carry. */
export function asctime(now: Date): string {
  const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][now.getDay()];
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][now.getMonth()];
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':');
  return `${day} ${month} ${String(now.getDate()).padStart(2)} ${time} ${now.getFullYear()}`;
}
