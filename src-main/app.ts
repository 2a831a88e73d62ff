import { join } from 'node:path';
import type { HostEntry } from '../src-shared/hosts/model';
import { factsOfThisComputer, thisComputer } from './build-hosts/engine/this-computer';
import { createDocumentServices } from './documents';
import { connectOptions } from './host-book/connect-options';
import { HostBook } from './host-book/host-book';
import { Questions } from './host-book/questions';
import { Secrets, type Keychain } from './host-book/secrets';
import type { Places } from './program/places';
import type { DocumentServices, HostServices, RoutedBuildServices } from './rpc/services';
import { createBuildServices, routeByHost } from './services/build-services';
import { createHostServices } from './services/hosts';
import { HostRegistry } from './services/hosts/registry';
import type { RunListener } from './services/builds/run-listener';
import { connectHost } from './ssh-connections/connect-host';

/** What the app needs from the program that carries it. */
export interface AppParts {
  readonly places: Places;
  /** Without a keychain the user is asked for each secret in each run of the app. */
  readonly keychain?: Keychain;
  readonly onRun?: RunListener;
}

/** All services of main that do not depend on the carrier: documents, build hosts, and the builds on them. */
export async function createApp({
  places,
  keychain,
  onRun,
}: AppParts): Promise<DocumentServices & HostServices & RoutedBuildServices> {
  const book = await HostBook.open(places.state);
  const questions = new Questions();
  const secrets = new Secrets(places.state, keychain);
  // A host book that was set aside may come back, and then its secrets are needed.
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
  return {
    ...createDocumentServices(places),
    hosts: createHostServices({ book, questions, secrets, registry, connect, documents: places.documents }),
    ...routeByHost((id) => registry.servicesOf(id)),
  };
}
