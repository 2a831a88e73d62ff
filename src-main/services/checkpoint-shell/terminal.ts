import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ShellEvent } from '../../../src-shared/rpc/checkpoint-shell';
import { AppError } from '../../../src-shared/errors';
import { quoteCommand } from '../../../src-shared/shell-quote';
import type { Argv, CommandOptions, RunningCommand, Transport } from '../../transport/transport';

/** Size in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** The output rate that the window's terminal can process. Commands such as `yes` write far more. */
const MAX_BYTES_PER_SECOND = 4 * 1024 * 1024;
const NEWLINE = 10;
/** `script` passes its line to the login shell, which may be no POSIX shell. The line itself restores the variable. */
const START = 'SLIPWAY_SHELL_BEFORE=$SHELL SHELL=/bin/sh exec script -qefc "$1" /dev/null';

/** A command in a terminal on the build host. `script` of util-linux makes the terminal: no native module is needed, and SSH works the same. */
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
   * Starts a command in a new terminal. When `options.signal` aborts, the command gets SIGHUP and the terminal is removed.
   *
   * Throws `unsupported` when the host has no `script`.
   */
  static async start(transport: Transport, argv: Argv, size: TerminalSize, options: CommandOptions): Promise<Terminal> {
    await mustHaveScript(transport);
    // The first line of output is the device, for later changes of size. On a pipe `script` makes a terminal without size and echo.
    const line = `SHELL=$SLIPWAY_SHELL_BEFORE; unset SLIPWAY_SHELL_BEFORE; tty && stty sane rows ${size.rows} cols ${size.columns} && exec ${quoteCommand(argv)}`;
    const env = { ...options.env, TERM: 'xterm-256color', COLORTERM: 'truecolor' };
    const command = await transport.stream(['sh', '-c', START, 'sh', line], { ...options, env });
    return new Terminal(transport, command);
  }

  /** Sends keyboard input. */
  write(bytes: Buffer): void {
    this.#command.write(bytes);
  }

  /** Sets the terminal's size, which signals the programs in it. */
  async resize(size: TerminalSize): Promise<void> {
    if (this.#device === undefined) return;
    // A terminal that has just ended has no size, which is not an error.
    await this.#transport.run(['stty', '-F', this.#device, 'rows', `${size.rows}`, 'cols', `${size.columns}`]);
  }

  /** Yields the terminal's events from its first byte to its end. To be called once. */
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
        // Input is accepted only now, because an earlier echo would precede the device.
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
    throw error; // an unreachable host has its own message
  });
  if (found?.code !== 0)
    throw new AppError(
      'unsupported',
      'The build host has no command "script", which makes the terminal.',
      'Install it there: on Debian it is in the package bsdutils, elsewhere in util-linux.',
    );
}
