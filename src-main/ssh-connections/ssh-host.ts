import type { BuildHost } from '../build-hosts/build-host';
import { createEngineHost } from '../build-hosts/engine/engine-host';
import { AppError } from '../../src-shared/errors';
import { createOriginalHost } from '../build-hosts/original/original-host';
import { Bundles, fileHashes } from './bundles';
import type { HostLink } from './host-link';
import { createLinkedTransport } from './linked-transport';

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
      list: async (...args) => (await reachableHost()).journals.list(...args),
      readFile: async (...args) => (await reachableHost()).journals.readFile(...args),
      async *changes(...args) {
        yield* (await reachableHost()).journals.changes(...args);
      },
    },
    status: async (...args) => (await connected()).status(...args),
    editedStatus: async (...args) => (await connected()).editedStatus(...args),
    checkpoints: async (...args) => (await connected()).checkpoints(...args),
    plan: async (...args) => (await connected()).plan(...args),
    prune: async (...args) => (await connected()).prune(...args),
    pause: async (...args) => (await connected()).pause(...args),
    cancel: async (...args) => (await connected()).cancel(...args),
    diff: async (...args) => (await connected()).diff(...args),
    listFiles: async (...args) => (await connected()).listFiles(...args),
    fileCommand: async (...args) => (await connected()).fileCommand(...args),
    shellCommand: async (...args) => (await connected()).shellCommand(...args),
    media: async (...args) => (await connected()).media(...args),
    checksum: async (...args) => (await connected()).checksum(...args),
    async *bootTest(...args) {
      yield* (await connected()).bootTest(...args);
    },
    supportBundle: async (...args) => (await connected()).supportBundle(...args),
    validate: async (...args) => (await connected()).validate(...args),
    doctor: async (...args) => (await connected()).doctor(...args),
    rights: async (...args) => (await connected()).rights(...args),
    lines: {
      list: async (...args) => (await connected()).lines.list(...args),
      switchTo: async (...args) => (await connected()).lines.switchTo(...args),
      change: async (...args) => (await connected()).lines.change(...args),
      prune: async (...args) => (await connected()).lines.prune(...args),
    },
    packages: {
      catalogue: async (...args) => (await connected()).packages.catalogue(...args),
      show: async (...args) => (await connected()).packages.show(...args),
      resolve: async (...args) => (await connected()).packages.resolve(...args),
      files: async (...args) => (await connected()).packages.files(...args),
      installed: async (...args) => (await connected()).packages.installed(...args),
    },
    start: async (...args) => (await connected()).start(...args),
  };
}
