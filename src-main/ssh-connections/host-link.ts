import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors';
import type { HostFacts, HostLinkState as LinkView } from '../../src-shared/rpc/hosts';
import type { SshTransport } from '../transport/ssh/ssh-transport';
import type { EngineCommand } from '../build-hosts/engine/engine-host';

/** A connected host and its properties. */
export interface ConnectedHost {
  readonly transport: SshTransport;
  readonly facts: HostFacts;
  /** The command of Slipway's engine; `undefined` on a host with the original command. */
  readonly engine: EngineCommand | undefined;
  /** Slipway's private folder on the host. */
  readonly folder: string;
}

/** Connects to a host. `report` receives a description of each step. */
export type ConnectHost = (report: (step: string) => void, signal: AbortSignal) => Promise<ConnectedHost>;

/** Delay before the first reconnection, and the longest delay. */
const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 60_000;

/**
 * The connection to one host, opened at its first use. A lost connection is reopened automatically, with growing delays: after a sleep, a
 * new address or a restart of the server. A refused connection, or one that the user closed, is reopened only by the user, so that
 * background requests do not ask for a password again and again.
 */
export class HostLink {
  #view: LinkView = { state: 'idle' };
  #connected: ConnectedHost | undefined;
  #attempt: Promise<ConnectedHost> | undefined;
  /** Set when automatic reconnection is disabled; the reason. */
  #refusal: AppError | undefined;
  #attemptAbort = new AbortController();
  #retry: NodeJS.Timeout | undefined;
  #pause = RETRY_MIN_MS;
  #lostAt = 0;
  /** Callers that wait until the connection is back or reconnection is disabled. */
  readonly #waiting = new Set<() => void>();

  readonly #connectHost: ConnectHost;
  readonly #onChange: () => void;

  /**
   * @param onChange called after each change of the view
   */
  constructor(connectHost: ConnectHost, onChange: () => void) {
    this.#connectHost = connectHost;
    this.#onChange = onChange;
  }

  get view(): LinkView {
    return this.#view;
  }

  /** Connects at the user's request. Rejects when this attempt fails. */
  connect(): Promise<ConnectedHost> {
    this.#refusal = undefined;
    return this.ensureConnected();
  }

  /** Returns the host, connected first if necessary. Rejects when this attempt fails. */
  ensureConnected(): Promise<ConnectedHost> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    if (this.#connected) return Promise.resolve(this.#connected);
    return (this.#attempt ??= this.#try(this.#attemptAbort.signal));
  }

  /** Waits until the host is connected. Rejects when automatic reconnection is disabled. */
  async waitUntilConnected(): Promise<ConnectedHost> {
    for (;;) {
      if (this.#view.state === 'lost' && !this.#attempt) await new Promise<void>((wake) => this.#waiting.add(wake));
      try {
        return await this.ensureConnected();
      } catch (error) {
        // Another attempt is scheduled.
        if (this.#refusal || !(error instanceof AppError) || error.code !== 'unreachable') throw error;
      }
    }
  }

  /** Called when a request on this connection failed with `unreachable`. */
  connectionLost(transport: SshTransport, error: AppError): void {
    if (this.#connected?.transport !== transport) return;
    this.#connected = undefined;
    transport.close();
    this.#tryLater(error);
  }

  /** Closes the connection. Builds on the host continue. */
  close(): void {
    this.#refusal = new AppError('unreachable', 'You have disconnected from this host.', 'Connect to it again.');
    this.#attemptAbort.abort();
    this.#attemptAbort = new AbortController();
    clearTimeout(this.#retry);
    const { transport } = this.#connected ?? {};
    this.#connected = undefined;
    this.#attempt = undefined;
    transport?.close();
    this.#set({ state: 'idle' });
  }

  async #try(signal: AbortSignal): Promise<ConnectedHost> {
    try {
      await this.#delayRetry();
      return await this.#connect(signal);
    } finally {
      // A cancelled attempt may have been replaced by another one.
      if (!signal.aborted) this.#attempt = undefined;
    }
  }

  /** Waits before the first retry so that the network can settle and the user can read the message. */
  async #delayRetry(): Promise<void> {
    const left = this.#lostAt + RETRY_MIN_MS - Date.now();
    if (this.#view.state === 'lost' && left > 0) await delay(left);
  }

  async #connect(signal: AbortSignal): Promise<ConnectedHost> {
    if (signal.aborted) throw new AppError('cancelled', 'The connection attempt was cancelled.');
    clearTimeout(this.#retry);
    try {
      const connected = await this.#connectHost((step) => {
        if (!signal.aborted) this.#set({ state: 'connecting', step });
      }, signal);
      if (signal.aborted) {
        connected.transport.close();
        throw new AppError('cancelled', 'The connection attempt was cancelled.');
      }
      this.#connected = connected;
      this.#pause = RETRY_MIN_MS;
      connected.transport.lost.catch((error: AppError) => this.connectionLost(connected.transport, error));
      this.#set({ state: 'ready', facts: connected.facts });
      return connected;
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
    // The state of the link has the error.
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
