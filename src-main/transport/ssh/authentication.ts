import { readFile } from '../../system/files';
import { utils, type AnyAuthMethod } from 'ssh2';
import { AppError } from '../../../src-shared/errors';
import { InteractiveAgent } from './agent';
import { visible } from '../../../src-shared/visible';

const MAX_ATTEMPTS = 3;
/** Questions of a host at once, and the length of each of its texts in UTF-16 units. */
const MAX_PROMPTS = 20;
const MAX_TEXT = 2000;

/** A text of the host, as it can be shown. */
const shown = (text: string): string => visible(text.slice(0, MAX_TEXT));

/** The account and its credentials. Methods that are left out are not tried. */
export interface Login {
  readonly user: string;
  /** The socket of an SSH agent (`SSH_AUTH_SOCK`). */
  readonly agent?: string | undefined;
  /** The only keys of the agent that may be offered: public keys in base64. All when left out. */
  readonly agentKeys?: readonly string[];
  /** Private key files, tried in their order after the agent. */
  readonly keys?: readonly string[];
  /** The passphrase of a key file; `attempt` counts from 1 to 3. `undefined` leaves that key out. */
  askPassphrase?(file: string, attempt: number): Promise<string | undefined>;
  /** The password; `attempt` counts from 1 to 3. `undefined` ends the login. */
  askPassword?(attempt: number): Promise<string | undefined>;
  /** Answers to the host's questions (keyboard-interactive, RFC 4256), one for each. `undefined` ends the login. */
  answer?(questions: HostQuestions): Promise<readonly string[] | undefined>;
}

/** Questions of a host. All texts come from the host. */
export interface HostQuestions {
  readonly title: string;
  readonly instructions: string;
  readonly prompts: readonly { readonly text: string; readonly secret: boolean }[];
}

/** One login in the form that ssh2 wants: a function that receives the methods that the host accepts, and calls back with the next one to try. */
export interface Authentication {
  readonly next: (
    allowed: readonly string[] | null,
    partial: boolean | null,
    use: (method: AnyAuthMethod | false) => void,
  ) => void;
  /** The reason for a failed login. `message` is the host's last message. */
  reason(message?: string): AppError;
}

/**
 * Tries the agent, then the key files, then a password or, where the host takes none, its questions. `asking` wraps every
 * question to the user, so that timeouts can wait. A host that wants two of them in turn gets both.
 */
export function createAuthentication(
  login: Login,
  host: string,
  asking: <T>(answer: Promise<T>) => Promise<T>,
): Authentication {
  const tried: string[] = [];
  let cancelled = false;
  let allowed: readonly string[] = [];
  const attempts = methods();

  return {
    next(now, _partial, use) {
      allowed = now ?? [];
      void attempts.next().then(
        ({ value }) => use(value ?? false),
        (error: unknown) => {
          tried.push(`${error instanceof Error ? error.message : String(error)}`);
          use(false);
        },
      );
    },
    reason(message) {
      if (cancelled) return new AppError('cancelled', `The login at ${host} was cancelled.`);
      return new AppError(
        'refused',
        `${host} did not let ${login.user} in${message === undefined ? '' : ` (its message: ${message})`}. Tried: ${[...new Set(tried)].join(', ') || 'nothing'}. It takes: ${allowed.join(', ') || 'nothing'}.`,
        'Check the user name, and that the key or the password is the one of this host.',
      );
    },
  };

  async function* methods(): AsyncGenerator<AnyAuthMethod, void> {
    const username = login.user;
    // Asks for the accepted methods first, so that the user is not asked for a password that the host does not accept.
    yield { type: 'none', username };
    if (takes('publickey') && login.agent !== undefined) {
      const agent = new InteractiveAgent(login.agent, asking, login.agentKeys);
      if (await agent.hasKeys()) {
        tried.push('the keys of the agent');
        yield { type: 'agent', username, agent };
      } else tried.push('the agent, which has no keys');
    }
    for (const file of login.keys ?? []) {
      if (!takes('publickey')) break;
      const key = await unlock(file);
      if (key !== undefined) yield { type: 'publickey', username, ...key };
    }
    yield* passwords();
    yield* questions();
  }

  async function* passwords(): AsyncGenerator<AnyAuthMethod, void> {
    for (let attempt = 1; login.askPassword && attempt <= MAX_ATTEMPTS && takes('password'); attempt++) {
      const password = await asking(login.askPassword(attempt));
      cancelled = password === undefined;
      if (password === undefined) return;
      tried.push('a password');
      yield { type: 'password', username: login.user, password };
    }
  }

  async function* questions(): AsyncGenerator<AnyAuthMethod, void> {
    const { answer } = login;
    if (!answer || cancelled || tried.includes('a password')) return;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && !cancelled && takes('keyboard-interactive'); attempt++) {
      tried.push('answers to its questions');
      yield {
        type: 'keyboard-interactive',
        username: login.user,
        prompt(title, instructions, _language, prompts, finish) {
          if (prompts.length > MAX_PROMPTS) {
            tried.push(`its ${prompts.length} questions at once, which are too many`);
            cancelled = true;
            return finish([]);
          }
          const asked = prompts.map(({ prompt, echo }) => ({ text: shown(prompt), secret: echo === false }));
          // Some hosts send a last message without a question.
          if (asked.length === 0) return finish([]);
          void asking(
            answer.call(login, { title: shown(title), instructions: shown(instructions), prompts: asked }),
          ).then(
            (answers) => {
              cancelled = answers === undefined;
              finish([...(answers ?? [])]);
            },
            () => finish([]),
          );
        },
      };
    }
  }

  function takes(method: string): boolean {
    return allowed.includes(method);
  }

  /** A private key and its passphrase. `undefined` when the key cannot be used; the reason is then added to `tried`. */
  async function unlock(file: string): Promise<{ key: Buffer; passphrase?: string } | undefined> {
    let key: Buffer;
    try {
      key = await readFile(file);
    } catch (error) {
      tried.push(`the key ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code})`);
      return undefined;
    }
    const plain = utils.parseKey(key);
    if (!(plain instanceof Error)) {
      tried.push(`the key ${file}`);
      return { key };
    }
    if (!/encrypted/i.test(plain.message)) {
      tried.push(`the key ${file}, which is not a private key that can be used (${plain.message})`);
      return undefined;
    }
    for (let attempt = 1; login.askPassphrase && attempt <= MAX_ATTEMPTS; attempt++) {
      const passphrase = await asking(login.askPassphrase(file, attempt));
      if (passphrase === undefined) break;
      if (utils.parseKey(key, passphrase) instanceof Error) continue;
      tried.push(`the key ${file}`);
      return { key, passphrase };
    }
    tried.push(`the key ${file}, which was not unlocked`);
    return undefined;
  }
}
