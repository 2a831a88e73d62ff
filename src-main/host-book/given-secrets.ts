import type { HostQuestion } from '../../src-shared/rpc/hosts';
import type { Questions } from './questions';
import type { Secrets } from './secrets';

/** The secrets that the user enters during one attempt to connect. They are kept after the login, so that a wrong one never is. */
export class GivenSecrets {
  readonly #given = new Map<string, { readonly secret: string; readonly remember: boolean }>();

  readonly #secrets: Secrets;
  readonly #questions: Questions;
  readonly #signal: AbortSignal | undefined;

  constructor(secrets: Secrets, questions: Questions, signal: AbortSignal | undefined) {
    this.#secrets = secrets;
    this.#questions = questions;
    this.#signal = signal;
  }

  /**
   * Returns a secret. A known one is tried first. At a later attempt it was wrong, so it is forgotten and the user is asked. `undefined`
   * when the user cancelled.
   *
   * @param key ends with a quote, because forgetting goes by prefix and the passphrase of `id` is not that of `id_rsa`
   */
  async get(key: string, attempt: number, question: HostQuestion): Promise<string | undefined> {
    const known = attempt === 1 ? (this.#given.get(key)?.secret ?? (await this.#secrets.get(key))) : undefined;
    if (known !== undefined) return known;
    if (attempt > 1) await this.#secrets.forget(key, true);
    const answer = await this.#questions.ask(question, this.#signal);
    const [secret] = answer?.answers ?? [];
    if (answer && secret !== undefined) this.#given.set(key, { secret, remember: answer.remember });
    return secret;
  }

  /** Keeps the secrets after a successful login. A failing keychain is not an error: the user is asked again in the next run of the app. */
  async keep(): Promise<void> {
    for (const [key, { secret, remember }] of this.#given)
      // The user is asked again in the next run of the app.
      await this.#secrets.set(key, secret, remember).catch(() => undefined);
  }
}
