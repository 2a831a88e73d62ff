import { join } from 'node:path';
import { visible } from '../../src-shared/visible';
import { AppendFile } from './append-file';

const NEWLINE = Buffer.from('\n');

/**
 * The console (stderr) and the simple and detail logs of one build (contract 3.4). Lines are bytes: the output of a
 * step is written unchanged, in whatever encoding.
 *
 * `info` goes to the console and both logs, `detail` to the detail log only. Before `open` only the console exists. The
 * methods do not throw: a log that cannot be written is reported, and a closed console is skipped.
 */
export class BuildLogs {
  readonly #console: NodeJS.WriteStream;

  #simple: AppendFile | undefined;
  #detail: AppendFile | undefined;
  #isConsoleOpen = true;

  constructor(console: NodeJS.WriteStream = process.stderr) {
    this.#console = console;
    console.on('error', () => (this.#isConsoleOpen = false));
  }

  /**
   * Opens both logs, appending, and names them on the console. Throws the system's error when they cannot be opened.
   *
   * @param onError receives the first error of each log
   */
  open(folder: string, stamp: string, onError: (error: Error) => void): void {
    const simple = join(folder, `simple-log-${stamp}`);
    const detail = join(folder, `detail-log-${stamp}`);
    this.#toConsole(Buffer.from(`Simple Log: ${simple}\nDetail Log: ${detail}\n`));
    this.#simple = new AppendFile(simple, 'a', onError);
    this.#detail = new AppendFile(detail, 'a', onError);
  }

  /**
   * A line of the engine has its control characters escaped on the console: names from a manifest must not control the terminal. The
   * bytes of a step are written unchanged.
   *
   * @param isContinued the next call has more of the same line
   */
  info(line: string | Uint8Array, isContinued = false): void {
    const bytes = withNewline(line, isContinued);
    this.#toConsole(typeof line === 'string' ? withNewline(visible(line), isContinued) : bytes);
    this.#simple?.append(bytes);
    this.#detail?.append(bytes);
  }

  /** @param isContinued the next call has more of the same line */
  detail(line: string | Uint8Array, isContinued = false): void {
    this.#detail?.append(withNewline(line, isContinued));
  }

  /** Continues a log that could not be written, after space was freed. */
  retry(): void {
    this.#simple?.retry();
    this.#detail?.retry();
  }

  close(): void {
    this.#simple?.close();
    this.#detail?.close();
  }

  #toConsole(bytes: Uint8Array): void {
    if (this.#isConsoleOpen) this.#console.write(bytes);
  }
}

function withNewline(line: string | Uint8Array, isContinued: boolean): Uint8Array {
  const bytes = typeof line === 'string' ? Buffer.from(line) : line;
  return isContinued ? bytes : Buffer.concat([bytes, NEWLINE]);
}

/** The format of C's asctime, which the build's first and last lines have. */
export function asctime(now: Date): string {
  const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][now.getDay()];
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][now.getMonth()];
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':');
  return `${day} ${month} ${String(now.getDate()).padStart(2)} ${time} ${now.getFullYear()}`;
}
