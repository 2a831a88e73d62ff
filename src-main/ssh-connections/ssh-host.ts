import type { BuildHost } from '../build-hosts/build-host';
import { createEngineHost } from '../build-hosts/engine/engine-host';
import { AppError } from '../../src-shared/errors';
import { createOriginalHost } from '../build-hosts/original/original-host';
import { Bundles, fileHashes } from './bundles';
import type { HostLink } from './host-link';
import { forwarded } from './forwarded';
import { createLinkedTransport } from './linked-transport';

/** The calls that go to the host's engine after connecting. */
const HOST_CALLS = [
  ...(['status', 'editedStatus', 'checkpoints', 'plan', 'prune', 'pause', 'cancel', 'start'] as const),
  ...(['diff', 'listFiles', 'fileCommand', 'shellCommand', 'media', 'checksum', 'disks'] as const),
  ...(['supportBundle', 'validate', 'doctor', 'rights'] as const),
] as const;

/** A build host over SSH, with Slipway's engine or the original command. Which of them is known after connecting. */
export function createSshHost(link: HostLink): BuildHost {
  const transport = createLinkedTransport(link);
  const bundles = new Bundles(() => link.ensureConnected());
  const whenReachable = async (): Promise<void> => void (await link.waitUntilConnected());
  const place = (manifest: string): Promise<string> => bundles.place(manifest);
  const ours = createEngineHost({
    transport,
    whenReachable,
    place,
    async engine() {
      const { engine } = await link.ensureConnected();
      if (!engine) throw new AppError('unsupported', 'This host has only the original distro_const.');
      return engine;
    },
  });
  const original = createOriginalHost({
    transport,
    whenReachable,
    place,
    hashes: fileHashes,
    command: async () => (await link.ensureConnected()).facts.originalCommand ?? 'distro_const',
  });
  const connected = async (): Promise<BuildHost> => ((await link.ensureConnected()).engine ? ours : original);
  const reachableHost = async (): Promise<BuildHost> => ((await link.waitUntilConnected()).engine ? ours : original);

  return {
    transport,
    whenReachable,
    journals: {
      ...forwarded(async () => (await reachableHost()).journals, ['list', 'readFile']),
      async *changes(...args) {
        yield* (await reachableHost()).journals.changes(...args);
      },
    },
    ...forwarded(connected, HOST_CALLS),
    async *bootTest(...args) {
      yield* (await connected()).bootTest(...args);
    },
    async *writeDisk(...args) {
      yield* (await connected()).writeDisk(...args);
    },
    lines: forwarded(async () => (await connected()).lines, ['list', 'switchTo', 'change', 'prune']),
    packages: forwarded(
      async () => (await connected()).packages,
      ['catalogue', 'show', 'resolve', 'files', 'installed'],
    ),
  };
}
