import { join } from 'node:path';
import type { HostEntry } from '../src-shared/hosts/model';
import type { HostFacts } from '../src-shared/rpc/hosts';
import { factsOfThisComputer, thisComputer } from './build-hosts/engine/this-computer';
import { createDocumentServices } from './documents';
import { connectOptions } from './host-book/connect-options';
import { HostBook } from './host-book/host-book';
import { Questions } from './host-book/questions';
import { Secrets, type Keychain } from './host-book/secrets';
import type { Places } from './program/places';
import type { DocumentServices, HostServices, RoutedBuildServices, TrustServices } from './rpc/services';
import { createBuildServices, routeByHost } from './services/build-services';
import { createHostServices } from './services/hosts';
import { HostRegistry } from './services/hosts/registry';
import type { RunListener } from './services/builds/run-listener';
import { Trust } from './services/trust';
import { connectHost } from './ssh-connections/connect-host';

type AppServices = DocumentServices & HostServices & RoutedBuildServices & TrustServices;

/** The functions that the app needs from its carrier. */
export interface AppParts {
  readonly places: Places;
  /** Without a keychain the user is asked for each secret in each run of the app. */
  readonly keychain?: Keychain;
  readonly onRun?: RunListener;
}

/** All services of main that do not depend on the carrier: documents, build hosts, and the builds on them. */
export async function createApp({ places, keychain, onRun }: AppParts): Promise<AppServices> {
  const book = await HostBook.open(places.state);
  const questions = new Questions();
  const secrets = new Secrets(places.state, keychain);
  // A host book that was set aside may come back, and then its secrets are needed. Secrets that cannot be removed now
  // are removed at the next start.
  if (book.trouble === undefined) await secrets.keepOnly(book.list().map(({ id }) => id)).catch(() => undefined);
  const connect = (entry: HostEntry) =>
    connectHost(entry, places.engine, (one, signal) =>
      connectOptions(one, { questions, secrets, state: places.state }, signal),
    );
  const registry = new HostRegistry({
    book,
    local: { host: thisComputer(places.engine), facts: factsOfThisComputer() },
    connect,
    servicesFor: (host, listener) => createBuildServices(host, listener, join(places.state, 'catalogues')),
    ...(onRun && { onRun }),
  });
  const trust = new Trust(places.state, async (host) => accountOf(await registry.connect(host)));
  return withTrust(trust, {
    ...createDocumentServices(places),
    hosts: createHostServices({ book, questions, secrets, registry, connect, documents: places.documents }),
    ...routeByHost((id) => registry.servicesOf(id)),
  });
}

/** The account that steps run as. */
const accountOf = ({ root, user }: HostFacts): string => (root === 'none' ? user : 'root');

/** The calls that run code of a document's folder ask for trust first, and those that make a document give it. */
function withTrust(trust: Trust, services: Omit<AppServices, 'trust'>): AppServices {
  const { documents, templates, hosts, builds } = services;
  return {
    ...services,
    trust: trust.services,
    templates: {
      ...templates,
      create: (...call) => trust.making(call[0].folder, () => templates.create(...call)),
    },
    documents: {
      ...documents,
      saveAs: (...call) => trust.copying(call[0].from, call[0].path, () => documents.saveAs(...call)),
    },
    hosts: {
      ...hosts,
      openManifest: async (...call) => {
        const opened = await hosts.openManifest(...call);
        await trust.cameFromElsewhere(opened.path);
        return opened;
      },
      preflight: async (...call) => {
        await trust.assert(call[0]);
        return hosts.preflight(...call);
      },
    },
    builds: {
      ...builds,
      start: async (...call) => {
        await trust.assert(call[0]);
        return builds.start(...call);
      },
    },
  };
}
