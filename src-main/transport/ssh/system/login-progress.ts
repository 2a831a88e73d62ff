import { AppError } from '../../../../src-shared/errors';
import type { ReadyTimeout } from '../ready-timeout';

/** The line of `ssh` before a signature with a key, which an agent or a security key may give only after the user's consent. */
const ASKS_FOR_SIGNATURE = /^debug1: Server accepts key: /;

/** Stops the timeout of a login while `ssh` waits for a signature. */
export class Signing {
  readonly #timeout: ReadyTimeout;
  #done: () => void = () => undefined;

  constructor(timeout: ReadyTimeout) {
    this.#timeout = timeout;
  }

  /** Takes the next line that `ssh` prints. */
  line(text: string): void {
    this.#done();
    if (ASKS_FOR_SIGNATURE.test(text))
      void this.#timeout.whileAsking(new Promise<void>((resolve) => (this.#done = resolve)));
  }
}

/** The error of a login that took too long. `hasAnswered`: the host has shown its key. */
export function lateLogin(name: string, limitMs: number, hasAnswered: boolean): AppError {
  if (!hasAnswered)
    return new AppError('unreachable', `${name} does not answer.`, 'Check the address, the port and the network.');
  return new AppError(
    'unreachable',
    `${name} has answered, but the login was not finished within ${Math.round(limitMs / 1000)} s.`,
    'An SSH agent that does not answer may be the cause: test it with ssh-add -l, or switch the agent off for this host.',
  );
}
