import { THIS_COMPUTER } from '../../src-shared/hosts/model';
import type { AskedQuestion, HostView } from '../../src-shared/rpc/hosts';
import type { Workspace } from './workspace.svelte';

/** The build hosts, as main tells of them, and what they ask a person. */
export class Hosts {
  list = $state.raw<readonly HostView[]>([]);
  questions = $state.raw<readonly AskedQuestion[]>([]);
  /** Seconds since the epoch, moved on while a host is waited for. */
  now = $state(Date.now() / 1000);
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** The host of the open document. */
  get current(): HostView | undefined {
    return this.of(this.#workspace.host);
  }

  /** Whether the open document is built on another computer. */
  get isRemote(): boolean {
    return this.#workspace.host !== THIS_COMPUTER;
  }

  of(id: string): HostView | undefined {
    return this.list.find(({ entry }) => entry.id === id);
  }

  /** Follows hosts and questions for as long as there is a connection to main. */
  follow(): void {
    const { hosts } = this.#workspace.main;
    void this.#read(hosts.watch(), (list) => (this.list = list));
    void this.#read(hosts.questions(), (open) => (this.questions = open));
  }

  /** Connects to a host, or tries again at once. */
  async connect(id: string): Promise<void> {
    await this.#workspace.attempt(async () => {
      const facts = await this.#workspace.main.hosts.connect({ id });
      this.#workspace.say({ kind: 'done', message: `Connected to ${facts.name}.` });
    });
  }

  async disconnect(id: string): Promise<void> {
    await this.#workspace.attempt(async () => {
      await this.#workspace.main.hosts.disconnect({ id });
      this.#workspace.say({ kind: 'done', message: 'Disconnected. Builds there go on.' });
    });
  }

  async #read<T>(events: Promise<AsyncIterable<T>>, take: (event: T) => void): Promise<void> {
    try {
      for await (const event of await events) take(event);
    } catch {
      // The connection to main ended, and the status line says so.
    }
  }
}
