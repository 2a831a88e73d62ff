import { randomUUID } from 'node:crypto';
import type { AskedQuestion, HostQuestion } from '../../src-shared/rpc/hosts';
import { AppError } from '../../src-shared/errors';
import { Broadcast } from '../async/broadcast';

/** What a person has answered: one text for each thing asked. */
export interface Answer {
  readonly answers: readonly string[];
  /** Whether the keychain may keep it. */
  readonly remember: boolean;
}

/** Questions that only a person can answer, and the windows that show them. */
export class Questions {
  readonly #open = new Map<string, { readonly question: HostQuestion; tell(answer: Answer | undefined): void }>();
  readonly #broadcast = new Broadcast<AskedQuestion[]>();

  /** Waits for an answer; `undefined` when the person, or `signal`, gave up. */
  ask(question: HostQuestion, signal?: AbortSignal): Promise<Answer | undefined> {
    const id = randomUUID();
    return new Promise((resolve) => {
      const tell = (answer: Answer | undefined): void => {
        this.#open.delete(id);
        signal?.removeEventListener('abort', giveUp);
        this.#push();
        resolve(answer);
      };
      const giveUp = (): void => tell(undefined);
      if (signal?.aborted) return resolve(undefined);
      signal?.addEventListener('abort', giveUp);
      this.#open.set(id, { question, tell });
      this.#push();
    });
  }

  /** `undefined` answers: the person gave up. Throws `missing` for a question that is not open any more. */
  answer(id: string, answer: Answer | undefined): void {
    const open = this.#open.get(id);
    if (!open) throw new AppError('missing', 'This question has been answered, or nobody waits for it any more.');
    open.tell(answer);
  }

  /** Those that are open, then every change. */
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
