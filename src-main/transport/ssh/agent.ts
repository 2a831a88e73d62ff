import {
  BaseAgent,
  createAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';

/**
 * An agent whose signatures may take as long as a person does: one asks before a key is used (`ssh-add -c`), another waits for a touch.
 * `asking` is told of each, so that time-outs can wait.
 */
export class PatientAgent extends BaseAgent<ParsedKey> {
  readonly #agent: BaseAgent;

  readonly #asking: <T>(answer: Promise<T>) => Promise<T>;
  readonly #only: readonly string[] | undefined;

  constructor(socket: string, asking: <T>(answer: Promise<T>) => Promise<T>, only?: readonly string[]) {
    super();
    this.#asking = asking;
    this.#only = only;
    this.#agent = createAgent(socket);
  }

  /** Whether it answers and has keys. */
  hasKeys(): Promise<boolean> {
    return new Promise((resolve) => this.getIdentities((error, keys) => resolve(!error && (keys?.length ?? 0) > 0)));
  }

  getIdentities(done: IdentityCallback<ParsedKey>): void {
    const only = this.#only;
    const tell: IdentityCallback<ParsedKey | Buffer | string> = (error, keys) => {
      if (error || !keys) return done(error);
      const parsed = keys as ParsedKey[];
      done(undefined, only ? parsed.filter((key) => only.includes(key.getPublicSSH().toString('base64'))) : parsed);
    };
    this.#agent.getIdentities(tell);
  }

  sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, done?: SignCallback): void {
    const [how, tell] = typeof options === 'function' ? [{}, options] : [options, done];
    const signed = new Promise<Buffer>((resolve, reject) =>
      this.#agent.sign(key, data, how, (error, signature) =>
        signature ? resolve(signature) : reject(error ?? new Error('The agent gave no signature')),
      ),
    );
    void this.#asking(signed).then(
      (signature) => tell?.(undefined, signature),
      (error: Error) => tell?.(error),
    );
  }
}
