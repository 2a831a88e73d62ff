import { hostname, release, type, userInfo } from 'node:os';
import { join } from 'node:path';
import type { HostEntry } from '../../../src-shared/hosts/model';
import type { HostFacts } from '../../../src-shared/rpc/hosts';
import { routeByHost } from '../build-services';
import type { RunListener } from '../builds/session';
import type { Places } from '../../program/places';
import type { HostServices, RoutedBuildServices } from '../../rpc/services';
import { connectOptions } from '../../host-book/connect-options';
import { HostBook } from '../../host-book/host-book';
import { Secrets, type Keychain } from '../../host-book/secrets';
import { aliasesOf } from '../../host-book/ssh-config';
import { openRemoteManifest } from './open-manifest';
import { preflight, rights } from './preflight';
import { Questions } from '../../host-book/questions';
import { HostRegistry } from './registry';
import { listRemoteFolder } from './remote-folder';
import { reachHost } from '../../ssh-connections/reach-host';
import { thisComputer } from '../../build-hosts/engine/this-computer';

/** All build hosts, and what they build. */
export async function createHosts(options: {
  readonly places: Places;
  /** Missing where there is none: secrets are asked for each time. */
  readonly keychain?: Keychain;
  readonly onRun?: RunListener;
}): Promise<HostServices & RoutedBuildServices> {
  const { places, keychain, onRun } = options;
  const book = await HostBook.open(places.state);
  const questions = new Questions();
  const secrets = new Secrets(places.state, keychain);
  // Not for a book that was set aside: when it comes back, its secrets are wanted.
  if (book.trouble === undefined) await secrets.keepOnly(book.list().map(({ id }) => id)).catch(() => undefined);
  const reach = (entry: HostEntry) =>
    reachHost(entry, places.engine, (one, signal) =>
      connectOptions(one, { questions, secrets, state: places.state }, signal),
    );
  const registry = new HostRegistry({
    book,
    local: thisComputer(places.engine),
    localFacts: factsOfThisComputer(),
    reach,
    catalogues: join(places.state, 'catalogues'),
    ...(onRun && { onRun }),
  });

  return {
    hosts: {
      watch: async (_, { signal }) => registry.watch(signal),
      save: async ({ entry }) => {
        await book.save(entry);
        registry.forget(entry.id);
      },
      remove: async ({ id }) => {
        await book.remove(id);
        registry.forget(id);
        await secrets.forget(`${id} `, true);
      },
      connect: ({ id }) => registry.connect(id),
      disconnect: async ({ id }) => {
        registry.linkOf(id)?.close();
        await secrets.forget(`${id} `, false);
      },
      test: async ({ entry }, { signal = new AbortController().signal }) => {
        const { transport, facts } = await reach(entry)(() => undefined, signal);
        transport.close();
        return facts;
      },
      trouble: async () => ({ message: book.trouble }),
      suggestions: async () => aliasesOf(),
      chosen: async ({ path }) => ({ host: book.chosen(path) }),
      choose: async ({ path, host }) => book.choose(path, host),
      questions: async (_, { signal }) => questions.watch(signal),
      answer: async ({ id, answers, remember }) => questions.answer(id, answers && { answers, remember }),
      preflight: ({ path, host }, { signal }) => preflight(registry, host, path, signal),
      rights: ({ path, host }, { signal }) => rights(registry.hostOf(host), path, signal),
      list: ({ id, folder }) => listRemoteFolder(registry.hostOf(id).transport, folder),
      openManifest: async ({ id, path }) => {
        const copy = await openRemoteManifest(registry.hostOf(id).transport, path, places.documents);
        await book.choose(copy, id);
        return { path: copy };
      },
    },
    ...routeByHost((id) => registry.servicesOf(id)),
  };
}

function factsOfThisComputer(): HostFacts {
  const isRoot = process.getuid?.() === 0;
  return {
    system: `${type()} ${release()}`,
    name: hostname(),
    user: userInfo().username,
    root: isRoot ? 'root' : 'none',
    ...(!isRoot && { noRoot: 'Slipway was not started by root.' }),
    engine: 'slipway',
    version: `Node ${process.versions.node}`,
  };
}
