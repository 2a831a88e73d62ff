import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ShellEvent } from '../../../src-shared/rpc/checkpoint-shell';
import { AppError } from '../../../src-shared/errors';
import { quoteCommand } from '../../../src-shared/shell-quote';
import type { Argv, CommandOptions, RunningCommand, Transport } from '../../transport/transport';

/** Characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Bytes a second that a terminal takes without growing a heap in the window: `yes` says far more. */
const MAX_BYTES_PER_SECOND = 4 * 1024 * 1024;
const NEWLINE = 10;

/** A command in a terminal of its own on the build host, made by `script` of util-linux: no native module, and the same over SSH. */
export class Terminal {
  readonly id = randomUUID();
  /** The terminal's device, once it is known. */
  #device: string | undefined;

  readonly #transport: Transport;
  readonly #command: RunningCommand;

  private constructor(transport: Transport, command: RunningCommand) {
    this.#transport = transport;
    this.#command = command;
  }

  /**
   * Starts a command in a new terminal. It gets a hang-up, and the terminal goes, when `options.signal` aborts.
   *
   * Throws `unsupported` when the host has no `script`.
   */
  static async start(transport: Transport, argv: Argv, size: TerminalSize, options: CommandOptions): Promise<Terminal> {
    await mustHaveScript(transport);
    // The first line is for us: the device, for later sizes. `script` makes a terminal without a size and, on a pipe, without an echo.
    const line = `tty && stty sane rows ${size.rows} cols ${size.columns} && exec ${quoteCommand(argv)}`;
    const env = { ...options.env, TERM: 'xterm-256color', COLORTERM: 'truecolor' };
    const command = await transport.stream(['script', '-qefc', line, '/dev/null'], { ...options, env });
    return new Terminal(transport, command);
  }

  /** Sends what was typed. */
  write(bytes: Buffer): void {
    this.#command.write(bytes);
  }

  /** Tells the programs in the terminal its new size. */
  async resize(size: TerminalSize): Promise<void> {
    if (this.#device === undefined) return;
    // One that has just ended has no size to set, which is no failure of ours.
    await this.#transport.run(['stty', '-F', this.#device, 'rows', `${size.rows}`, 'cols', `${size.columns}`]);
  }

  /** What it tells, from its first byte to its end. To be read once. */
  async *events(): AsyncGenerator<ShellEvent> {
    let head: Buffer | undefined = Buffer.alloc(0);
    for await (const chunk of this.#command.output) {
      let output = chunk;
      if (head) {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf(NEWLINE);
        if (end < 0) continue;
        const line = head.subarray(0, end).toString('utf8').trim();
        this.#device = line.startsWith('/dev/') ? line : undefined;
        output = this.#device === undefined ? head : head.subarray(end + 1);
        head = undefined;
        // Only now can anybody type: the echo of what was typed before would come before the device.
        yield { kind: 'opened', id: this.id };
      }
      if (output.length === 0) continue;
      yield { kind: 'output', data: output.toString('base64') };
      await delay((output.length / MAX_BYTES_PER_SECOND) * 1000);
    }
    if (head) yield { kind: 'opened', id: this.id };
    if (head && head.length > 0) yield { kind: 'output', data: head.toString('base64') };
    const { code } = await this.#command.ended;
    yield { kind: 'ended', code };
  }
}

async function mustHaveScript(transport: Transport): Promise<void> {
  const found = await transport.run(['script', '--version']).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'unsupported') return undefined;
    throw error; // a host that cannot be reached has its own words
  });
  if (found?.code !== 0)
    throw new AppError(
      'unsupported',
      'The build host has no command "script", which makes the terminal.',
      'Install it there: on Debian it is in the package bsdutils, elsewhere in util-linux.',
    );
}
