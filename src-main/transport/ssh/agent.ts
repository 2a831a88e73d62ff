import {
  BaseAgent,
  createAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';

/**
 * An SSH agent whose signatures may wait for the user: one agent asks before a key is used (`ssh-add -c`), another waits for a touch.
 * `asking` wraps each signature, so that timeouts can wait.
 */
export class InteractiveAgent extends BaseAgent<ParsedKey> {
  readonly #agent: BaseAgent;

  readonly #asking: <T>(answer: Promise<T>) => Promise<T>;
  readonly #only: readonly string[] | undefined;

  constructor(socket: string, asking: <T>(answer: Promise<T>) => Promise<T>, only?: readonly string[]) {
    super();
    this.#asking = asking;
    this.#only = only;
    this.#agent = createAgent(socket);
  }

  /** Whether the agent responds and has keys. */
  hasKeys(): Promise<boolean> {
    return new Promise((resolve) => this.getIdentities((error, keys) => resolve(!error && (keys?.length ?? 0) > 0)));
  }

  getIdentities(done: IdentityCallback<ParsedKey>): void {
    const only = this.#only;
    const filtered: IdentityCallback<ParsedKey | Buffer | string> = (error, keys) => {
      if (error || !keys) return done(error);
      const parsed = keys as ParsedKey[];
      done(undefined, only ? parsed.filter((key) => only.includes(key.getPublicSSH().toString('base64'))) : parsed);
    };
    this.#agent.getIdentities(filtered);
  }

  sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, done?: SignCallback): void {
    const [how, signed] = typeof options === 'function' ? [{}, options] : [options, done];
    const signature = new Promise<Buffer>((resolve, reject) =>
      this.#agent.sign(key, data, how, (error, signature) =>
        signature ? resolve(signature) : reject(error ?? new Error('The agent gave no signature')),
      ),
    );
    void this.#asking(signature).then(
      (bytes) => signed?.(undefined, bytes),
      (error: Error) => signed?.(error),
    );
  }
}
