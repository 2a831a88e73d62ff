import { readFile } from '../../system/files';
import type { AnyAuthMethod, ParsedKey } from 'ssh2';
import { AppError, reasonOf } from '../../../src-shared/errors';
import { agentKeys, type AgentKey } from './agent';
import { acceptsKey, type AlgorithmSettings } from './algorithms';
import { describeOpenKey, openKey, type OpenKey } from './key-permissions';
import { LockedKey } from './locked-key';
import { parsePrivateKey, parsePublicKey, publicKeyOf, UnsupportedKey } from './public-key';
import { refusedLoginHint } from './refused-login';
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
  /** Whether the agent offers only the keys that `keys` names. */
  readonly identitiesOnly?: boolean;
  /** Key files in their order: private ones, and public ones (`.pub`) whose private key only the agent has. */
  readonly keys?: readonly string[];
  /** What the configuration names for the login and this client cannot use, for the message of a refused login. */
  readonly unused?: readonly string[];
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
 * Tries the keys in the order of `ssh`: those of the agent that are also named by files, the others of the agent, then the files. A host may
 * accept few attempts. Then a password or, where the host takes none, its questions. `asking` wraps every question to the user, so that
 * timeouts can wait. A host that wants two of them in turn gets both.
 */
export function createAuthentication(
  login: Login,
  host: string,
  asking: <T>(answer: Promise<T>) => Promise<T>,
  algorithms?: AlgorithmSettings,
): Authentication {
  /** What was tried, by its subject: a later entry replaces an earlier one. */
  const tried = new Map<string, string>();
  const note = (text: string, subject = text): unknown => tried.set(subject, text);
  for (const text of login.unused ?? []) note(text);
  const openKeys: OpenKey[] = [];
  let cancelled = false;
  let allowed: readonly string[] = [];
  const attempts = methods();

  return {
    next(now, _partial, use) {
      allowed = now ?? [];
      void attempts.next().then(
        ({ value }) => use(value ?? false),
        (error: unknown) => {
          note(reasonOf(error));
          use(false);
        },
      );
    },
    reason(message) {
      if (cancelled) return new AppError('cancelled', `The login at ${host} was cancelled.`);
      return new AppError(
        'refused',
        `${host} refused the login of ${login.user}${message === undefined ? '' : ` (its message: ${message})`}. Tried: ${[...tried.values()].join(', ') || 'nothing'}. It accepts: ${allowed.join(', ') || 'nothing'}.`,
        refusedLoginHint(openKeys, message),
      );
    },
  };

  async function* methods(): AsyncGenerator<AnyAuthMethod, void> {
    const username = login.user;
    // Asks for the accepted methods first, so that the user is not asked for a password that the host does not accept.
    yield { type: 'none', username };
    if (takes('publickey')) yield* publicKeys();
    yield* passwords();
    yield* questions();
  }

  async function* publicKeys(): AsyncGenerator<AnyAuthMethod, void> {
    const username = login.user;
    const named = await Promise.all(
      (login.keys ?? []).map(async (file) => ({ file, publicKey: await publicKeyOf(file) })),
    );
    const held = login.agent === undefined ? [] : await agentKeys(login.agent, asking);
    const accepted = held.filter(({ type }) => acceptsKey(algorithms, type));
    const order = named.flatMap(({ publicKey }) => accepted.filter((key) => key.publicKey === publicKey));
    if (login.identitiesOnly !== true) order.push(...accepted);
    if (login.agent !== undefined)
      note(
        order.length > 0 ? 'the keys of the agent' : `the agent, which has no ${held.length > 0 ? 'such ' : ''}keys`,
      );
    const offered = new Set<AgentKey>();
    for (const agent of order) {
      if (!takes('publickey')) return;
      if (!offered.has(agent)) yield { type: 'agent', username, agent };
      offered.add(agent);
    }
    // A key that the host has refused is not offered again. One that the agent has not signed with may be in a file.
    const refused = [...offered].filter(({ hasRefused }) => !hasRefused).map(({ publicKey }) => publicKey);
    for (const { file, publicKey } of named) {
      if (!takes('publickey')) return;
      if (file.endsWith('.pub') || (publicKey !== undefined && refused.includes(publicKey))) continue;
      const key = await readKey(file, publicKey);
      if (key instanceof LockedKey) yield { type: 'agent', username, agent: key };
      else if (key !== undefined) yield { type: 'publickey', username, key };
    }
  }

  async function* passwords(): AsyncGenerator<AnyAuthMethod, void> {
    for (let attempt = 1; login.askPassword && attempt <= MAX_ATTEMPTS && takes('password'); attempt++) {
      const password = await asking(login.askPassword(attempt));
      cancelled = password === undefined;
      if (password === undefined) return;
      note('a password');
      yield { type: 'password', username: login.user, password };
    }
  }

  async function* questions(): AsyncGenerator<AnyAuthMethod, void> {
    const { answer } = login;
    if (!answer || cancelled || tried.has('a password')) return;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && !cancelled && takes('keyboard-interactive'); attempt++) {
      note('answers to its questions');
      yield {
        type: 'keyboard-interactive',
        username: login.user,
        prompt(title, instructions, _language, prompts, finish) {
          if (prompts.length > MAX_PROMPTS) {
            note(`its ${prompts.length} questions at once, which are too many`);
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

  /**
   * The key of a file. One that is encrypted is unlocked now, or, where its public key is known, after the host has accepted it.
   * `undefined` when the key cannot be used; the reason is then added to `tried`.
   */
  async function readKey(file: string, publicKey: string | undefined): Promise<ParsedKey | LockedKey | undefined> {
    let text: Buffer;
    try {
      const open = await openKey(file);
      if (open) {
        openKeys.push(open);
        note(describeOpenKey(open), file);
        return undefined;
      }
      text = await readFile(file);
    } catch (error) {
      note(`the key ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code})`, file);
      return undefined;
    }
    const plain = parsePrivateKey(text);
    if (plain instanceof Error) {
      if (!/encrypted/i.test(plain.message)) return unusable(file, plain);
      const known = parsePublicKey(publicKey);
      if (known === undefined) return unlock(file, text);
      if (isExcluded(file, known)) return undefined;
      note(`the key ${file}`, file);
      return new LockedKey(known, () => unlock(file, text));
    }
    if (isExcluded(file, plain)) return undefined;
    note(`the key ${file}`, file);
    return plain;
  }

  function isExcluded(file: string, { type }: ParsedKey): boolean {
    if (acceptsKey(algorithms, type)) return false;
    note(`the key ${file}, whose type the SSH configuration excludes`, file);
    return true;
  }

  /** Decrypts a key by the user's passphrase. `undefined` when the user gives none, or the key cannot be used. */
  async function unlock(file: string, text: Buffer): Promise<ParsedKey | undefined> {
    for (let attempt = 1; login.askPassphrase && attempt <= MAX_ATTEMPTS; attempt++) {
      const passphrase = await asking(login.askPassphrase(file, attempt));
      if (passphrase === undefined) break;
      const unlocked = parsePrivateKey(text, passphrase);
      if (unlocked instanceof UnsupportedKey) return unusable(file, unlocked);
      if (unlocked instanceof Error) continue;
      note(`the key ${file}`, file);
      return unlocked;
    }
    note(`the key ${file}, which was not unlocked`, file);
    return undefined;
  }

  function unusable(file: string, { message }: Error): undefined {
    note(`the key ${file}, which is not a private key that can be used (${message})`, file);
  }
}
