import { AppError } from '../../src-shared/errors';
import type { SshTransport } from '../transport/ssh/ssh-transport';
import type { Transport } from '../transport/transport';
import type { HostLink } from './host-link';

/**
 * The transport of a host whose connection may be lost and reopened. Reading and watching wait for the host and continue where they
 * were. A command that was cut off is not repeated: it rejects with `unreachable`, and its state is unknown.
 */
export function createLinkedTransport(link: HostLink): Transport {
  const now = async (): Promise<SshTransport> => (await link.ensureConnected()).transport;

  /** Repeats a read after a lost connection. */
  async function retried<T>(read: (transport: Transport) => Promise<T>): Promise<T> {
    for (;;) {
      const { transport } = await link.waitUntilConnected();
      try {
        return await read(transport);
      } catch (error) {
        link.connectionLost(transport, lostConnection(error));
      }
    }
  }

  return {
    run: async (argv, options) => (await now()).run(argv, options),
    stream: async (argv, options) => (await now()).stream(argv, options),
    startDetached: async (argv, options) => (await now()).startDetached(argv, options),
    readFile: (path, offset, length) => retried((transport) => transport.readFile(path, offset, length)),
    list: (folder) => retried((transport) => transport.list(folder)),
    stamp: (path) => retried((transport) => transport.stamp(path)),
    async *changes(path, signal) {
      while (!signal.aborted) {
        const { transport } = await link.waitUntilConnected();
        try {
          yield* transport.changes(path, signal);
        } catch (error) {
          link.connectionLost(transport, lostConnection(error));
        }
      }
    },
  };
}

/** Returns an error that reports a lost connection; throws any other. */
function lostConnection(error: unknown): AppError {
  if (error instanceof AppError && error.code === 'unreachable') return error;
  throw error;
}
