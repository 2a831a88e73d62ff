import { BaseAgent, type IdentityCallback, type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2';

/**
 * An encrypted key file, as an agent with this key only. The host is asked with the public key first, as by `ssh`, so that
 * the user is asked only for the passphrase of a key that the host accepts.
 */
export class LockedKey extends BaseAgent<ParsedKey> {
  readonly #publicKey: ParsedKey;
  readonly #unlock: () => Promise<ParsedKey | undefined>;

  /** @param unlock asks for the passphrase; `undefined` leaves the key out */
  constructor(publicKey: ParsedKey, unlock: () => Promise<ParsedKey | undefined>) {
    super();
    this.#publicKey = publicKey;
    this.#unlock = unlock;
  }

  getIdentities(done: IdentityCallback<ParsedKey>): void {
    done(undefined, [this.#publicKey]);
  }

  sign(_key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, done?: SignCallback): void {
    const [{ hash }, signed] = typeof options === 'function' ? [{ hash: undefined }, options] : [options, done];
    void this.#unlock()
      .then((key) => {
        const signature = key?.sign(data, hash) ?? new Error('The key is locked');
        if (signature instanceof Error) throw signature;
        return signature;
      })
      .then(
        (signature) => signed?.(undefined, signature),
        (error: Error) => signed?.(error),
      );
  }
}
