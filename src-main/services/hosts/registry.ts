import { basename, dirname, join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import { THIS_COMPUTER, type HostEntry } from '../../../src-shared/hosts/model';
import type { HostBuild, HostFacts, HostView } from '../../../src-shared/rpc/hosts';
import type { RunView } from '../../../src-shared/runs/run-view';
import { visibleName } from '../../../src-shared/visible';
import { Broadcast } from '../../async/broadcast';
import type { RunListener } from '../builds/run-listener';
import type { BuildServices } from '../../rpc/services';
import type { HostBook } from '../../host-book/host-book';
import type { BuildHost } from '../../build-hosts/build-host';
import { HostLink, type ConnectHost } from '../../ssh-connections/host-link';
import { createSshHost } from '../../ssh-connections/ssh-host';

/** A host of the book that has been used in this run of the app. */
interface Used {
  readonly entry: HostEntry;
  readonly link: HostLink;
  readonly host: BuildHost;
  readonly services: BuildServices;
}

/** What the registry needs; `app.ts` provides it. */
export interface RegistryParts {
  readonly book: HostBook;
  readonly local: { readonly host: BuildHost; readonly facts: HostFacts };
  readonly connect: (entry: HostEntry) => ConnectHost;
  readonly servicesFor: (host: BuildHost, onRun: RunListener) => BuildServices;
  readonly onRun?: RunListener;
}

/** All build hosts: those of the book and this computer, each with its connection and its builds. */
export class HostRegistry {
  readonly #used = new Map<string, Used>();
  /** Builds that were seen running, by their host and manifest. */
  readonly #builds = new Map<string, Map<string, HostBuild>>();
  readonly #views = new Broadcast<HostView[]>();
  readonly #local: BuildServices;

  readonly #parts: RegistryParts;

  constructor(parts: RegistryParts) {
    this.#parts = parts;
    this.#local = parts.servicesFor(parts.local.host, this.#listener(THIS_COMPUTER));
    parts.book.onChange(() => this.#push());
  }

  /** Builds on a host. Throws `missing` for one that is not in the book. */
  servicesOf(id: string): BuildServices {
    return id === THIS_COMPUTER ? this.#local : this.#use(id).services;
  }

  hostOf(id: string): BuildHost {
    return id === THIS_COMPUTER ? this.#parts.local.host : this.#use(id).host;
  }

  /** The connection to a host; `undefined` for this computer, which needs none. */
  linkOf(id: string): HostLink | undefined {
    return id === THIS_COMPUTER ? undefined : this.#use(id).link;
  }

  /** Connects at the user's request; returns what was found there. */
  async connect(id: string): Promise<HostFacts> {
    return (await this.linkOf(id)?.connect())?.facts ?? this.#parts.local.facts;
  }

  /** Closes the connection to a host whose entry was changed or removed. The next use connects with the new entry. */
  forget(id: string): void {
    const used = this.#used.get(id);
    this.#used.delete(id);
    used?.link.close();
    this.#push();
  }

  /** Yields all hosts as they are now, and again after every change. */
  watch(signal: AbortSignal | undefined): AsyncGenerator<HostView[]> {
    return this.#views.read([this.#now()], signal);
  }

  #use(id: string): Used {
    const used = this.#used.get(id);
    if (used) return used;
    const entry = this.#parts.book.list().find((one) => one.id === id);
    if (!entry) throw new AppError('missing', 'This build host was removed.', 'Choose another build host.');
    const link = new HostLink(this.#parts.connect(entry), () => this.#push());
    const host = createSshHost(link);
    const made = { entry, link, host, services: this.#parts.servicesFor(host, this.#listener(id)) };
    this.#used.set(id, made);
    return made;
  }

  #listener(id: string): RunListener {
    return (manifest, run, area) => {
      const builds = this.#builds.get(id) ?? new Map<string, HostBuild>();
      this.#builds.set(id, builds);
      builds.set(manifest, buildOf(manifest, run));
      this.#push();
      this.#parts.onRun?.(manifest, run, area);
    };
  }

  #now(): HostView[] {
    const views: HostView[] = [{ entry: HERE, link: { state: 'ready', facts: this.#parts.local.facts }, builds: [] }];
    for (const entry of this.#parts.book.list())
      views.push({ entry, link: this.#used.get(entry.id)?.link.view ?? { state: 'idle' }, builds: [] });
    return views.map((view) => ({ ...view, builds: [...(this.#builds.get(view.entry.id)?.values() ?? [])] }));
  }

  #push(): void {
    this.#views.push(this.#now());
  }
}

/** This computer, as the window shows it among the others. */
const HERE: HostEntry = {
  id: THIS_COMPUTER,
  name: 'This computer',
  address: '',
  agent: false,
  keys: [],
  password: false,
  root: 'auto',
  engine: 'auto',
};

function buildOf(manifest: string, run: RunView): HostBuild {
  const step = run.pausedBefore ?? run.steps.at(-1)?.step;
  return {
    path: manifest,
    title: visibleName(join(basename(dirname(manifest)), basename(manifest))),
    state: run.state,
    ...(step !== undefined && { step }),
  };
}
