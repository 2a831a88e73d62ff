import { THIS_COMPUTER } from '../../src-shared/hosts/model';
import type { AskedQuestion, HostView } from '../../src-shared/rpc/hosts';
import type { Main } from '../rpc';
import type { Notices } from './notices.svelte';

/** The build hosts as main reports them, and their questions to the user. */
export class Hosts {
  list = $state.raw<readonly HostView[]>([]);
  questions = $state.raw<readonly AskedQuestion[]>([]);
  /** Seconds since the epoch. It advances while a retry is counted down. */
  now = $state(Date.now() / 1000);
  readonly #main: Main;
  readonly #notices: Notices;
  readonly #session: { readonly host: string };

  /** `session` has the id of the open document's host. */
  constructor(main: Main, notices: Notices, session: { readonly host: string }) {
    this.#main = main;
    this.#notices = notices;
    this.#session = session;
  }

  /** The host of the open document. */
  get current(): HostView | undefined {
    return this.of(this.#session.host);
  }

  /** Whether the open document is built on another computer. */
  get isRemote(): boolean {
    return this.#session.host !== THIS_COMPUTER;
  }

  of(id: string): HostView | undefined {
    return this.list.find(({ entry }) => entry.id === id);
  }

  /** Follows hosts and questions until the connection to main ends. */
  follow(): void {
    const { hosts } = this.#main;
    void this.#read(hosts.watch(), (list) => (this.list = list));
    void this.#read(hosts.questions(), (open) => (this.questions = open));
  }

  /** Connects to a host. A pending retry runs at once. */
  async connect(id: string): Promise<void> {
    await this.#notices.attempt(async () => {
      const facts = await this.#main.hosts.connect({ id });
      this.#notices.done(`Connected to ${facts.name}.`);
    });
  }

  async disconnect(id: string): Promise<void> {
    await this.#notices.attempt(async () => {
      await this.#main.hosts.disconnect({ id });
      this.#notices.done('Disconnected. Running builds continue.');
    });
  }

  async #read<T>(events: Promise<AsyncIterable<T>>, onEvent: (event: T) => void): Promise<void> {
    try {
      for await (const event of await events) onEvent(event);
    } catch {
      // The connection to main ended; the status bar shows that.
    }
  }
}
