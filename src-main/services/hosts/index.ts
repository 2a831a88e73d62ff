import type { HostEntry } from '../../../src-shared/hosts/model';
import type { HostBook } from '../../host-book/host-book';
import type { Questions } from '../../host-book/questions';
import type { Secrets } from '../../host-book/secrets';
import { aliasesOf } from '../../host-book/ssh-config';
import type { HostServices } from '../../rpc/services';
import type { ConnectHost } from '../../ssh-connections/host-link';
import { openRemoteManifest } from './open-manifest';
import { preflight, rights } from './preflight';
import type { HostRegistry } from './registry';
import { listRemoteFolder } from './remote-folder';

/** The host book, the connections to its hosts, and what hosts ask the user. */
export function createHostServices({
  book,
  questions,
  secrets,
  registry,
  connect,
  documents,
}: {
  readonly book: HostBook;
  readonly questions: Questions;
  readonly secrets: Secrets;
  readonly registry: HostRegistry;
  readonly connect: (entry: HostEntry) => ConnectHost;
  /** The folder where manifests of other hosts are copied. */
  readonly documents: string;
}): HostServices['hosts'] {
  return {
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
      const { transport, facts } = await connect(entry)(() => undefined, signal);
      transport.close();
      return facts;
    },
    trouble: async () => ({
      message: [book.trouble, secrets.trouble].filter((one) => one !== undefined).join(' ') || undefined,
    }),
    suggestions: () => aliasesOf(),
    chosen: async ({ path }) => ({ host: book.chosen(path) }),
    choose: async ({ path, host }) => book.choose(path, host),
    questions: async (_, { signal }) => questions.watch(signal),
    answer: async ({ id, answers, remember }) => questions.answer(id, answers && { answers, remember }),
    validate: ({ path, host, source }, { signal }) => registry.hostOf(host).validate(path, source, signal),
    preflight: (target, { signal }) => preflight(registry, target, signal),
    rights: (target, { signal }) => rights(registry, target, signal),
    list: ({ id, folder }) => listRemoteFolder(registry.hostOf(id).transport, folder),
    openManifest: async ({ id, path }) => {
      const copy = await openRemoteManifest(registry.hostOf(id).transport, path, documents);
      await book.choose(copy, id);
      return { path: copy };
    },
  };
}
