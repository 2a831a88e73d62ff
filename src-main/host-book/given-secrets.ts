import type { HostQuestion } from '../../src-shared/rpc/hosts';
import type { Questions } from './questions';
import type { Secrets } from './secrets';

/** What a person tells during one attempt to connect: it is kept once it has let us in, so that no wrong one is ever kept. */
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
   * A secret: one that is known is tried first; at a later attempt it was wrong, is forgotten, and the person is asked. `undefined` when
   * the person gave up.
   *
   * @param key ends with a quote, since what begins with a forgotten one is forgotten: the passphrase of `id` is not that of `id_rsa`
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

  /** They were right. What the keychain does not take is asked for when the app runs the next time; that is no reason to stay out. */
  async keep(): Promise<void> {
    for (const [key, { secret, remember }] of this.#given)
      await this.#secrets.set(key, secret, remember).catch(() => undefined);
  }
}
