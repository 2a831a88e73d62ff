import { AppError } from '../../src-shared/errors';
import type { SshTransport } from '../transport/ssh/ssh-transport';
import type { Transport } from '../transport/transport';
import type { HostLink } from './host-link';

/**
 * The transport of a host whose connection may come and go. Reading and watching wait until the host is back and go on where they
 * were; a command that was cut off is not run twice: it rejects with `unreachable`, and its state is unknown.
 */
export function createLinkedTransport(link: HostLink): Transport {
  const now = async (): Promise<SshTransport> => (await link.ensureConnected()).transport;

  /** Reading twice does no harm. */
  async function again<T>(read: (transport: Transport) => Promise<T>): Promise<T> {
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
    readFile: (path, offset, length) => again((transport) => transport.readFile(path, offset, length)),
    list: (folder) => again((transport) => transport.list(folder)),
    stamp: (path) => again((transport) => transport.stamp(path)),
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

/** The error, when it says that the connection is no more; anything else is thrown on. */
function lostConnection(error: unknown): AppError {
  if (error instanceof AppError && error.code === 'unreachable') return error;
  throw error;
}
