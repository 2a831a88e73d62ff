import { randomUUID } from 'node:crypto';
import type { AskedQuestion, HostQuestion } from '../../src-shared/rpc/hosts';
import { AppError } from '../../src-shared/errors';
import { Broadcast } from '../async/broadcast';

/** The user's answer: one text for each question. */
export interface UserAnswer {
  readonly answers: readonly string[];
  /** Whether the keychain may keep it. */
  readonly remember: boolean;
}

/** Questions to the user, and the windows that show them. */
export class Questions {
  readonly #open = new Map<
    string,
    { readonly question: HostQuestion; resolve(answer: UserAnswer | undefined): void }
  >();
  readonly #broadcast = new Broadcast<AskedQuestion[]>();

  /** Waits for an answer; `undefined` when the user or `signal` cancelled. */
  ask(question: HostQuestion, signal?: AbortSignal): Promise<UserAnswer | undefined> {
    const id = randomUUID();
    return new Promise((resolve) => {
      const settle = (answer: UserAnswer | undefined): void => {
        this.#open.delete(id);
        signal?.removeEventListener('abort', giveUp);
        this.#push();
        resolve(answer);
      };
      const giveUp = (): void => settle(undefined);
      if (signal?.aborted) return resolve(undefined);
      signal?.addEventListener('abort', giveUp);
      this.#open.set(id, { question, resolve: settle });
      this.#push();
    });
  }

  /** `undefined`: the user cancelled. Throws `missing` for a question that is not open. */
  answer(id: string, answer: UserAnswer | undefined): void {
    const open = this.#open.get(id);
    if (!open) throw new AppError('missing', 'This question was already answered or cancelled.');
    open.resolve(answer);
  }

  /** Yields the open questions, then every change. */
  watch(signal: AbortSignal | undefined): AsyncGenerator<AskedQuestion[]> {
    return this.#broadcast.read([this.#now()], signal);
  }

  #now(): AskedQuestion[] {
    return [...this.#open].map(([id, { question }]) => ({ id, question }));
  }

  #push(): void {
    this.#broadcast.push(this.#now());
  }
}
