import { appendFile, makeFolders } from '../../../system/files';
import { dirname } from 'node:path';
import { visible } from '../../../../src-shared/visible';
import type { Login } from '../authentication';
import type { ConnectOptions, SshHost } from '../connection';
import { readPrompt, type Prompt } from './prompts';

/** The length of a text of a host in UTF-16 units. */
const MAX_TEXT = 2000;

/** Answers the questions of `ssh` by the login and the host key policy of the connection, as those of the built-in client. */
export class SshQuestions {
  readonly #options: ConnectOptions;
  readonly #attempts = new Map<string, number>();
  #cancelled: 'host-key' | 'login' | undefined;

  constructor(options: ConnectOptions) {
    this.#options = options;
  }

  /** What the user did not accept. */
  get cancelled(): 'host-key' | 'login' | undefined {
    return this.#cancelled;
  }

  /**
   * Returns the answer to a question; `undefined` ends the login.
   *
   * @param notices what `ssh` printed just before, which is a text of the host that belongs to the question
   */
  async answer(text: string, notices: string): Promise<string | undefined> {
    const prompt = readPrompt(text);
    if (prompt.kind === 'host-key') return this.#decide(prompt);
    const { login } = this.#hopOf(prompt);
    const attempt = this.#count(text);
    switch (prompt.kind) {
      case 'passphrase':
        // Without a passphrase ssh goes on with the next key.
        return (await login.askPassphrase?.(prompt.file, attempt)) ?? '';
      case 'password':
        return this.#unlessCancelled(await login.askPassword?.(attempt));
      case 'other':
        return this.#unlessCancelled(await answerOther(login, prompt.text, notices));
    }
  }

  async #decide({ host, port, type, fingerprint }: Prompt & { kind: 'host-key' }): Promise<string> {
    const { accept, own } = this.#options.hostKeys;
    if (!(await accept({ host, port, type, fingerprint }))) {
      this.#cancelled = 'host-key';
      return 'no';
    }
    // ssh adds the key. The file is for the user only.
    await makeFolders(dirname(own), 0o700);
    await appendFile(own, '', { mode: 0o600 });
    return 'yes';
  }

  #unlessCancelled(answer: string | undefined): string | undefined {
    if (answer === undefined) this.#cancelled = 'login';
    return answer;
  }

  /** The hop that asks, by account and host; the target where the question names neither. */
  #hopOf(prompt: Prompt): SshHost {
    const { target, jumps = [] } = this.#options;
    if (prompt.kind === 'passphrase' || prompt.kind === 'host-key') return target;
    const name = prompt.host?.toLowerCase();
    const asks = ({ host, hostKeyAlias, login }: SshHost): boolean =>
      login.user === prompt.user && (hostKeyAlias ?? host) === name;
    return [target, ...jumps].find(asks) ?? target;
  }

  #count(text: string): number {
    const attempt = (this.#attempts.get(text) ?? 0) + 1;
    this.#attempts.set(text, attempt);
    return attempt;
  }
}

/** A question of the host, or of a security key for its PIN. Whether the answer may be seen is not known. */
async function answerOther(login: Login, text: string, notices: string): Promise<string | undefined> {
  const shown = (one: string): string => visible(one.slice(0, MAX_TEXT));
  const question = { title: '', instructions: shown(notices), prompts: [{ text: shown(text), secret: true }] };
  return (await login.answer?.(question))?.[0];
}
