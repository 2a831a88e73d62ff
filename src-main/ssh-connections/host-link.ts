import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors';
import type { HostFacts, HostLinkState as LinkView } from '../../src-shared/rpc/hosts';
import type { SshTransport } from '../transport/ssh/ssh-transport';
import type { EngineCommand } from '../build-hosts/engine/engine-host';

/** A host that answers, and what was found there. */
export interface ConnectedHost {
  readonly transport: SshTransport;
  readonly facts: HostFacts;
  /** What runs our engine there; `undefined` on a host with the original command. */
  readonly engine: EngineCommand | undefined;
  /** Our private folder there. */
  readonly folder: string;
}

/** Reaches a host; `tell` says in words what is being done. */
export type ConnectHost = (tell: (step: string) => void, signal: AbortSignal) => Promise<ConnectedHost>;

/** The pause before the first and the longest before any new attempt, in milliseconds. */
const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 60_000;

/**
 * The connection to one host, made when it is needed. One that was lost comes back by itself: after a sleep, a new address or a
 * restart of the server; in between the attempts grow rarer. One that was refused, or ended by a person, comes back when a person
 * connects: nobody is asked for a password over and over by what only looks on.
 */
export class HostLink {
  #view: LinkView = { state: 'idle' };
  #reached: ConnectedHost | undefined;
  #attempt: Promise<ConnectedHost> | undefined;
  /** Why nobody connects by himself any more. */
  #refusal: AppError | undefined;
  #giveUp = new AbortController();
  #retry: NodeJS.Timeout | undefined;
  #pause = RETRY_MIN_MS;
  #lostAt = 0;
  /** Those that wait until it comes back, or is known not to. */
  readonly #waiting = new Set<() => void>();

  readonly #connectHost: ConnectHost;
  readonly #onChange: () => void;

  /**
   * @param onChange told after each change of the view
   */
  constructor(connectHost: ConnectHost, onChange: () => void) {
    this.#connectHost = connectHost;
    this.#onChange = onChange;
  }

  get view(): LinkView {
    return this.#view;
  }

  /** Connects because a person wants to. Rejects when this attempt fails. */
  connect(): Promise<ConnectedHost> {
    this.#refusal = undefined;
    return this.ensureConnected();
  }

  /** The host, connected to if need be. Rejects when this attempt fails. */
  ensureConnected(): Promise<ConnectedHost> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    if (this.#reached) return Promise.resolve(this.#reached);
    return (this.#attempt ??= this.#try(this.#giveUp.signal));
  }

  /** The host, waited for while it is out of reach. Rejects when it does not come back by itself. */
  async waitUntilConnected(): Promise<ConnectedHost> {
    for (;;) {
      if (this.#view.state === 'lost' && !this.#attempt) await new Promise<void>((wake) => this.#waiting.add(wake));
      try {
        return await this.ensureConnected();
      } catch (error) {
        // Then the view says that it is tried again.
        if (this.#refusal || !(error instanceof AppError) || error.code !== 'unreachable') throw error;
      }
    }
  }

  /** What went through this connection says that it is no more. */
  connectionLost(transport: SshTransport, error: AppError): void {
    if (this.#reached?.transport !== transport) return;
    this.#reached = undefined;
    transport.close();
    this.#tryLater(error);
  }

  /** Ends the connection; what runs on the host goes on. */
  close(): void {
    this.#refusal = new AppError('unreachable', 'You have disconnected from this host.', 'Connect to it again.');
    this.#giveUp.abort();
    this.#giveUp = new AbortController();
    clearTimeout(this.#retry);
    const { transport } = this.#reached ?? {};
    this.#reached = undefined;
    this.#attempt = undefined;
    transport?.close();
    this.#set({ state: 'idle' });
  }

  async #try(signal: AbortSignal): Promise<ConnectedHost> {
    try {
      await this.#rest();
      return await this.#connect(signal);
    } finally {
      // Unless it was given up, and another one has begun.
      if (!signal.aborted) this.#attempt = undefined;
    }
  }

  /** Nobody hurries after a loss: a network that comes back needs a moment, and who looks on sees what happened. */
  async #rest(): Promise<void> {
    const left = this.#lostAt + RETRY_MIN_MS - Date.now();
    if (this.#view.state === 'lost' && left > 0) await delay(left);
  }

  async #connect(signal: AbortSignal): Promise<ConnectedHost> {
    if (signal.aborted) throw new AppError('cancelled', 'The connection was given up.');
    clearTimeout(this.#retry);
    try {
      const reached = await this.#connectHost((step) => {
        if (!signal.aborted) this.#set({ state: 'connecting', step });
      }, signal);
      if (signal.aborted) {
        reached.transport.close();
        throw new AppError('cancelled', 'The connection was given up.');
      }
      this.#reached = reached;
      this.#pause = RETRY_MIN_MS;
      reached.transport.lost.catch((error: AppError) => this.connectionLost(reached.transport, error));
      this.#set({ state: 'ready', facts: reached.facts });
      return reached;
    } catch (error) {
      if (!(error instanceof AppError)) {
        this.#refusal = new AppError('unsupported', 'Internal error. See the terminal for details.');
        this.#set({ state: 'failed', message: 'Internal error. See the terminal for details.' });
        throw error;
      }
      if (signal.aborted) throw error;
      if (error.code === 'unreachable') this.#tryLater(error);
      else {
        const { message, hint } = error;
        this.#refusal = error;
        this.#set({ state: 'failed', message, ...(hint !== undefined && { hint }) });
      }
      throw error;
    }
  }

  #tryLater({ message }: AppError): void {
    clearTimeout(this.#retry);
    this.#lostAt = Date.now();
    this.#set({ state: 'lost', message, retryAt: (Date.now() + this.#pause) / 1000 });
    this.#retry = setTimeout(() => void this.ensureConnected().catch(() => undefined), this.#pause);
    this.#retry.unref();
    this.#pause = Math.min(RETRY_MAX_MS, this.#pause * 2);
  }

  #set(view: LinkView): void {
    this.#view = view;
    if (view.state !== 'lost' && view.state !== 'connecting') {
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      for (const wake of waiting) wake();
    }
    this.#onChange();
  }
}
