import { join } from 'node:path';
import * as z from 'zod';
import { reasonOf } from '../../src-shared/errors';
import { changeAlone } from '../files/shared-file';
import { readState } from '../files/state-file';
import { writeState } from '../files/text-files';

/** The system's keychain, as Electron's `safeStorage` offers it. */
export interface Keychain {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Buffer;
  decryptString(encrypted: Buffer): string;
  /** On Linux, from Electron 28 on. `basic_text` does not encrypt. */
  getSelectedStorageBackend?(): string;
}

const form = z.record(z.string(), z.string());
type Kept = z.output<typeof form>;

/**
 * Passwords and passphrases. Those that the user wants to keep are in a file, always encrypted by the system's keychain.
 * Those of successful logins in this run of the app are in memory, because a lost connection must come back without the user.
 */
export class Secrets {
  readonly #file: string;
  readonly #locks: string;
  readonly #session = new Map<string, string>();
  #trouble: string | undefined;

  readonly #keychain: Keychain | undefined;

  constructor(state: string, keychain: Keychain | undefined) {
    this.#keychain = keychain;
    this.#file = join(state, 'secrets.json');
    this.#locks = join(state, 'locks');
  }

  /** Why kept secrets are not usable, and where their file is now. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Whether a keychain that encrypts is available. */
  get canKeep(): boolean {
    return (
      this.#keychain?.isEncryptionAvailable() === true && this.#keychain.getSelectedStorageBackend?.() !== 'basic_text'
    );
  }

  /** Returns a secret; `undefined` when it is unknown, or was encrypted by another keychain. */
  async get(key: string): Promise<string | undefined> {
    const known = this.#session.get(key);
    if (known !== undefined) return known;
    const kept = this.canKeep ? (await this.#read().catch(() => ({}) as Kept))[key] : undefined;
    if (kept === undefined) return undefined;
    try {
      return this.#keychain?.decryptString(Buffer.from(kept, 'base64'));
    } catch {
      return undefined; // encrypted by another keychain: the user is asked again
    }
  }

  /** Keeps a secret for this run, and in the keychain if the user wants that. */
  async set(key: string, secret: string, remember: boolean): Promise<void> {
    this.#session.set(key, secret);
    if (!remember || !this.canKeep || !this.#keychain) return;
    const encrypted = this.#keychain.encryptString(secret).toString('base64');
    await this.#change((kept) => ({ ...kept, [key]: encrypted }));
  }

  /** Forgets the secrets of this run whose keys have the prefix, and with `alsoKept` those in the keychain. */
  async forget(prefix: string, alsoKept: boolean): Promise<void> {
    for (const key of this.#session.keys()) if (key.startsWith(prefix)) this.#session.delete(key);
    if (alsoKept)
      await this.#change((kept) => Object.fromEntries(Object.entries(kept).filter(([key]) => !key.startsWith(prefix))));
  }

  /** Removes secrets of hosts that are not in the book from the keychain, for example of a form that was not saved. */
  async keepOnly(ids: readonly string[]): Promise<void> {
    await this.#change((kept) =>
      Object.fromEntries(Object.entries(kept).filter(([key]) => ids.some((id) => key.startsWith(`${id} `)))),
    );
  }

  /** Throws `refused` for a file that cannot be read. One with other content is set aside. */
  async #read(): Promise<Kept> {
    try {
      const { content, trouble } = await readState(this.#file, 'file of kept secrets', (json) => form.parse(json));
      this.#trouble = trouble ?? this.#trouble;
      return content ?? {};
    } catch (error) {
      this.#trouble = reasonOf(error);
      throw error;
    }
  }

  #change(change: (kept: Kept) => Kept): Promise<void> {
    return changeAlone(this.#locks, this.#file, async () => {
      const before = await this.#read();
      const after = change(before);
      if (JSON.stringify(after) !== JSON.stringify(before))
        await writeState(this.#file, `${JSON.stringify(after, null, 2)}\n`);
    });
  }
}
