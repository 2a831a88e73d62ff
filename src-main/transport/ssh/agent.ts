import {
  BaseAgent,
  createAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import { beforeDeadline } from '../../async/deadline';

/** For the list of an agent's keys. A socket whose owner is gone or stopped may not answer. */
const LIST_TIMEOUT_MS = 5000;

/** Wraps each question to the user, so that timeouts can wait. */
type Asking = <T>(answer: Promise<T>) => Promise<T>;

/** The keys of an agent in their order; none when it does not answer, or is no agent. */
export async function agentKeys(socket: string, asking: Asking): Promise<AgentKey[]> {
  try {
    const agent = createAgent(socket);
    const listed = new Promise<ParsedKey[]>((resolve) =>
      agent.getIdentities((error, keys) => resolve(error || !keys ? [] : (keys as ParsedKey[]))),
    );
    const keys = (await beforeDeadline(listed, LIST_TIMEOUT_MS))?.value ?? [];
    return keys.map((key) => new AgentKey(agent, key, asking));
  } catch {
    return []; // not a path that can be connected to
  }
}

/**
 * One key of an SSH agent, as an agent with this key only. Its signature may wait for the user: one agent asks before a key is used
 * (`ssh-add -c`), another waits for a touch.
 */
export class AgentKey extends BaseAgent<ParsedKey> {
  readonly #agent: BaseAgent;
  readonly #key: ParsedKey;
  readonly #asking: Asking;
  #hasRefused = false;

  constructor(agent: BaseAgent, key: ParsedKey, asking: Asking) {
    super();
    this.#agent = agent;
    this.#key = key;
    this.#asking = asking;
  }

  /** The public key in base64, as in files. */
  get publicKey(): string {
    return this.#key.getPublicSSH().toString('base64');
  }

  /** The name of its type: `ssh-ed25519`. */
  get type(): string {
    return this.#key.type;
  }

  /** Whether the agent did not sign with it. */
  get hasRefused(): boolean {
    return this.#hasRefused;
  }

  getIdentities(done: IdentityCallback<ParsedKey>): void {
    done(undefined, [this.#key]);
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
      (error: Error) => {
        this.#hasRefused = true;
        signed?.(error);
      },
    );
  }
}
