import { createEngineHost } from '../engine-host';
import type { BuildHost } from '../build-host';
import { AppError } from '../../../src-shared/errors';
import { createStockHost } from '../stock/stock-host';
import { Bundles } from './bundles';
import type { HostLink } from './host-link';
import { createLinkedTransport } from './linked-transport';

/** A build host at the other end of a link: with our engine, or with the command that is there. Which, is known when it is reached. */
export function createSshHost(link: HostLink): BuildHost {
  const transport = createLinkedTransport(link);
  const bundles = new Bundles(() => link.reach());
  const reachable = async (): Promise<void> => void (await link.reachSometime());
  const place = (manifest: string): Promise<string> => bundles.place(manifest);
  const ours = createEngineHost({
    transport,
    reachable,
    place,
    async engine() {
      const { engine } = await link.reach();
      if (!engine) throw new AppError('unsupported', 'This host has only the original distro_const.');
      return engine;
    },
  });
  const stock = createStockHost({
    transport,
    reachable,
    place,
    command: async () => (await link.reach()).facts.version,
  });
  const now = async (): Promise<BuildHost> => ((await link.reach()).engine ? ours : stock);
  const sometime = async (): Promise<BuildHost> => ((await link.reachSometime()).engine ? ours : stock);

  return {
    transport,
    reachable,
    journals: {
      list: async (folder) => (await sometime()).journals.list(folder),
      readFile: async (path, offset, length) => (await sometime()).journals.readFile(path, offset, length),
      async *changes(path, signal) {
        yield* (await sometime()).journals.changes(path, signal);
      },
    },
    command: async (call) => (await now()).command(call),
    ask: async (call, signal) => (await now()).ask(call, signal),
    start: async (manifest, logs, choice) => (await now()).start(manifest, logs, choice),
  };
}
