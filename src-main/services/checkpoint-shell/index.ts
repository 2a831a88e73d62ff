import { AppError } from '../../../src-shared/errors';
import type { ShellEvent } from '../../../src-shared/rpc/checkpoint-shell';
import type { BuildHost } from '../../build-hosts/build-host';
import type { BuildServices } from '../../rpc/services';
import { Terminal } from './terminal';
import { anySignal } from '../../transport/signals';

/** Shells in checkpoints. Each lives as long as the call that opened it. */
export function createShells(host: BuildHost): BuildServices['shell'] {
  const terminals = new Map<string, Terminal>();

  function named(id: string): Terminal {
    const terminal = terminals.get(id);
    if (!terminal) throw new AppError('missing', 'This shell has ended.', 'Open another one.');
    return terminal;
  }

  /** Forwards a terminal's events. The terminal ends when the iteration does. */
  async function* eventsOf(terminal: Terminal, closing: AbortController): AsyncGenerator<ShellEvent> {
    try {
      yield* terminal.events();
    } finally {
      terminals.delete(terminal.id);
      closing.abort();
    }
  }

  return {
    open: async ({ path: manifest, step, columns, rows }, { signal }) => {
      const closing = new AbortController();
      const until = anySignal(closing.signal, signal);
      const { argv, options } = await host.shellCommand(manifest, step);
      const terminal = await Terminal.start(host.transport, argv, { columns, rows }, { ...options, signal: until });
      terminals.set(terminal.id, terminal);
      until.addEventListener('abort', () => terminals.delete(terminal.id));
      return eventsOf(terminal, closing);
    },
    write: async ({ id, data }) => named(id).write(Buffer.from(data, 'base64')),
    resize: async ({ id, columns, rows }) => named(id).resize({ columns, rows }),
  };
}
