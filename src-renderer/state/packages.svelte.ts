import type { CatalogueEntry } from '../../src-shared/packages/catalogue';
import { readCatalogue } from '../../src-shared/packages/catalogue';
import { sizesOf, type Sizes } from '../../src-shared/packages/costs';
import type { Edition, PackageProblem, ResolveAnswer, ResolvedPackage } from '../../src-shared/engine-answers/packages';
import { CatalogueSearch } from '../../src-shared/packages/search';
import type { Problem } from '../../src-shared/manifest/problems';
import { packagesRule } from '../../src-shared/manifest/rules/packages';
import { repositoriesRule } from '../../src-shared/manifest/rules/repositories';
import { failureOf, type CallFailure, type Main } from '../rpc';
import type { DocumentSession } from './document-session.svelte';
import type { Hosts } from './hosts.svelte';

/** A catalogue without its entries. */
export interface CatalogueState extends Edition {
  readonly count: number;
}

/** A catalogue in the window. It belongs to repositories and a host, and is not shown for others. */
interface LoadedCatalogue {
  /** The value of `Packages.repositoriesKey` that it belongs to. */
  readonly key: string;
  readonly state: CatalogueState;
  readonly search: CatalogueSearch;
  readonly byName: ReadonlyMap<string, CatalogueEntry>;
}

/** A resolved package list. */
interface Resolved extends ResolveAnswer {
  /** The value of `Packages.key` that it belongs to. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly hostName: string;
  readonly sizes: Sizes;
  readonly byName: ReadonlyMap<string, ResolvedPackage>;
}

/** A call that runs, the key that it belongs to, and its end. */
interface Running {
  readonly key: string;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** The repositories of the open document, and its package list with dependencies. */
export class Packages {
  #loaded = $state.raw<LoadedCatalogue>();
  #failed = $state.raw<{ readonly key: string; readonly failure: CallFailure }>();
  isLoading = $state(false);
  resolved = $state.raw<Resolved>();
  resolveFailure = $state.raw<CallFailure>();
  isResolving = $state(false);
  /** An entry that the screen shows next. */
  reveal = $state.raw<{ readonly list: 'install' | 'remove'; readonly index: number }>();
  readonly #main: Main;
  readonly #session: DocumentSession;
  readonly #hosts: Hosts;
  #loading: Running | undefined;
  #resolving: Running | undefined;

  constructor(main: Main, session: DocumentSession, hosts: Hosts) {
    this.#main = main;
    this.#session = session;
    this.#hosts = hosts;
  }

  readonly #manifest = $derived.by(() => this.#session.document?.loaded?.manifest);

  /** Identifies the repositories of the document and the host. A catalogue belongs to one such key. */
  readonly repositoriesKey = $derived.by(() => {
    const manifest = this.#manifest;
    if (!manifest) return '';
    const { publisher, extraPublishers, keyValuePairs } = manifest;
    const pairs = keyValuePairs.filter(({ key }) => key === 'suite' || key === 'components');
    const urls = extraPublishers.map(({ url }) => url);
    return JSON.stringify([this.#session.host, publisher?.url, publisher?.mirrors, urls, pairs]);
  });

  readonly #current = $derived.by(() => (this.#loaded?.key === this.repositoriesKey ? this.#loaded : undefined));

  /** Searches the repositories of the document. Missing until their catalogue is read. */
  get search(): CatalogueSearch | undefined {
    return this.#current?.search;
  }

  /** The catalogue of the repositories of the document. Missing until it is read. */
  get catalogue(): CatalogueState | undefined {
    return this.#current?.state;
  }

  /** Why the catalogue of these repositories could not be read or refreshed. */
  get failure(): CallFailure | undefined {
    return this.#failed?.key === this.repositoriesKey ? this.#failed.failure : undefined;
  }

  /** Identifies what `resolve` would resolve. */
  readonly key = $derived.by(
    () => `${this.repositoriesKey} ${JSON.stringify(this.#manifest?.packages.map(({ name }) => name) ?? [])}`,
  );

  /** Whether `resolved` belongs to the current manifest. */
  readonly isCurrent = $derived.by(() => this.resolved?.key === this.key);

  /** Whether the host can be asked without a question to the user: this computer, or a connected host. */
  readonly canAsk = $derived.by(() => !this.#hosts.isRemote || this.#hosts.current?.link.state === 'ready');

  /** Why the host cannot be asked. */
  get askRefusal(): string | undefined {
    return this.canAsk
      ? undefined
      : `Not connected to ${this.#hosts.current?.entry.name ?? 'the build host'}. Connect first.`;
  }

  readonly #realNames = $derived.by(
    () =>
      new Map(
        (this.resolved?.packages ?? []).flatMap(({ name, entry }) => (entry === undefined ? [] : [[entry, name]])),
      ),
  );

  /** Problems of entries of the install list, by name. */
  readonly problemOf = $derived.by(
    (): ReadonlyMap<string, PackageProblem> =>
      new Map((this.resolved?.problems ?? []).map((problem) => [problem.name, problem])),
  );

  /** Whether packages of the present repositories were resolved, perhaps for an earlier list. */
  readonly isResolved = $derived.by(() => this.resolved?.key.startsWith(this.repositoriesKey) === true);

  /** The same problems with their place in the document. */
  readonly problems = $derived.by((): readonly Problem[] => {
    const loaded = this.#session.document?.loaded;
    if (!loaded || !this.isResolved) return [];
    const faults = { packageFaults: this.resolved?.problems, repositoryFaults: this.resolved?.unfollowed };
    return [...repositoriesRule.check(loaded, faults), ...packagesRule.check(loaded, faults)];
  });

  /** The name of the package that an entry means. It differs for virtual packages and for abbreviated IPS names. */
  realName(entry: string): string {
    return this.#realNames.get(entry) ?? entry;
  }

  /** The catalogue's entry for the package that an entry means. */
  entry(name: string): CatalogueEntry | undefined {
    const byName = this.#current?.byName;
    return byName?.get(name) ?? byName?.get(this.realName(name));
  }

  /** Shows the entry of a problem. */
  show({ range }: Problem): void {
    const index = this.#manifest?.packages.findIndex((one) => one.range?.start === range?.start) ?? -1;
    if (index >= 0) this.reveal = { list: 'install', index };
  }

  /** Drops the results of the document that was open. */
  forget(): void {
    this.#loading?.abort.abort();
    this.#resolving?.abort.abort();
    this.#loading = undefined;
    this.#resolving = undefined;
    this.isLoading = false;
    this.isResolving = false;
    this.resolved = undefined;
    this.resolveFailure = undefined;
    this.#failed = undefined;
  }

  /**
   * Reads the catalogue of the repositories, once for each `repositoriesKey`. Repositories that failed are read again only with
   * `refresh`, which fetches the package lists again, and not at every change of the list. A call for repositories that are being read
   * waits for that.
   */
  async load(refresh = false): Promise<void> {
    const key = this.repositoriesKey;
    if (!this.#session.document?.loaded) return;
    if (!refresh && (this.#current || this.failure)) return;
    const running = this.#loading;
    if (!refresh && running?.key === key) return running.ended;
    running?.abort.abort();
    const abort = new AbortController();
    this.isLoading = true;
    this.#failed = undefined;
    const ended = this.#load(key, refresh, abort.signal).finally(() => {
      if (this.#loading?.abort !== abort) return;
      this.#loading = undefined;
      this.isLoading = false;
    });
    this.#loading = { key, abort, ended };
    await ended;
  }

  async #load(key: string, refresh: boolean, signal: AbortSignal): Promise<void> {
    const { document, target } = this.#session;
    const before = this.#current;
    try {
      const known = before?.state.revision;
      const { text, ...state } = await this.#main.packages.catalogue(
        { ...target, source: document?.source ?? '', refresh, ...(known !== undefined && { known }) },
        { signal },
      );
      if (signal.aborted) return;
      if (text === undefined && before) this.#loaded = { ...before, state };
      else {
        const entries = readCatalogue(text ?? '');
        const byName = new Map(entries.map((entry) => [entry.name, entry]));
        this.#loaded = { key, state, search: new CatalogueSearch(entries), byName };
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#failed = { key, failure: failureOf(error) };
    }
  }

  /** Resolves the package list on the host. A call for another list replaces a running one; a call for the same list waits for it. */
  async resolve(): Promise<void> {
    const { key } = this;
    if (!this.#session.document?.loaded) return;
    const running = this.#resolving;
    if (running?.key === key) return running.ended;
    running?.abort.abort();
    const abort = new AbortController();
    this.isResolving = true;
    const ended = this.#resolve(key, abort.signal).finally(() => {
      if (this.#resolving?.abort !== abort) return;
      this.#resolving = undefined;
      this.isResolving = false;
    });
    this.#resolving = { key, abort, ended };
    await ended;
  }

  async #resolve(key: string, signal: AbortSignal): Promise<void> {
    const { document, target } = this.#session;
    try {
      const answer = await this.#main.packages.resolve({ ...target, source: document?.source ?? '' }, { signal });
      if (signal.aborted) return;
      this.resolved = {
        ...answer,
        key,
        at: Date.now(),
        hostName: this.#hosts.current?.entry.name ?? 'this computer',
        sizes: sizesOf(answer.packages),
        byName: new Map(answer.packages.map((one) => [one.name, one])),
      };
      this.resolveFailure = undefined;
    } catch (error) {
      if (!signal.aborted) this.resolveFailure = failureOf(error);
    }
  }
}
