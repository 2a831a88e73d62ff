import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { parseJumps, type HostEntry, type Jump } from '../../src-shared/hosts/model';
import type { HostQuestion } from '../../src-shared/rpc/hosts';
import type { HostQuestions, Login } from '../transport/ssh/authentication';
import type { ConnectOptions, SshHost } from '../transport/ssh/connection';
import { knownHostName } from '../transport/ssh/known-hosts';
import type { Questions } from './questions';
import { atHome } from './expand';
import { GivenSecrets } from './given-secrets';
import type { Secrets } from './secrets';
import { configOf, type ConfigPlace, type HostConfig } from './ssh-config';

const MAX_HOPS = 8;

/** What connecting needs besides the entry. */
export interface ConnectTools {
  readonly questions: Questions;
  readonly secrets: Secrets;
  /** Our folder: host keys that were accepted are written there. */
  readonly state: string;
  readonly config?: ConfigPlace;
}

/** How to connect, and what to say when it has worked. */
export interface BookedConnection extends ConnectOptions {
  authenticated(): Promise<void>;
}

/**
 * How a host of the book is reached: what the entry leaves open, the SSH configuration says. Throws `refused` for what cannot be used.
 *
 * @param signal closes the questions that are open when the attempt is given up
 */
export async function connectOptions(
  entry: HostEntry,
  tools: ConnectTools,
  signal?: AbortSignal,
): Promise<BookedConnection> {
  const target: Jump = {
    address: entry.address,
    ...(entry.user !== undefined && { user: entry.user }),
    ...(entry.port !== undefined && { port: entry.port }),
  };
  const hops = await hopsOf(target, entry.jump, tools.config, []);
  const { questions, secrets, state } = tools;
  const given = new GivenSecrets(secrets, questions, signal);
  const hosts = hops.map((config, at) =>
    hostOf(config, at === hops.length - 1 ? entry : undefined, entry, tools, given, signal),
  );
  return {
    authenticated: () => given.keep(),
    target: hosts.at(-1) as SshHost,
    jumps: hosts.slice(0, -1),
    hostKeys: {
      read: [...new Set(hops.flatMap(({ knownHosts }) => knownHosts))],
      own: join(state, 'known_hosts'),
      async accept({ host, port, type, fingerprint }) {
        const question = { kind: 'host-key', host: knownHostName(host, port), type, fingerprint } as const;
        return (await questions.ask(question, signal))?.answers[0] === 'yes';
      },
    },
  };
}

/** The way to a host, the nearest first, itself last. Each hop has its own entry in the configuration. `via` counts before that, as `ssh -J`. */
async function hopsOf(
  jump: Jump,
  via: string | undefined,
  place: ConfigPlace | undefined,
  before: readonly { readonly address: string; readonly config: HostConfig }[],
): Promise<HostConfig[]> {
  const config = await configOf(jump, place);
  // One name may be two machines, by their ports: as ssh does, all three are compared.
  const isSame = ({ hostName, port, user }: HostConfig): boolean =>
    hostName === config.hostName && port === config.port && user === config.user;
  if (before.some((one) => isSame(one.config)) || before.length >= MAX_HOPS)
    throw new AppError(
      'refused',
      `The way to ${before[0]?.address ?? jump.address} goes through ${jump.address} again.`,
      'Look at the jump hosts of this host, and at ProxyJump in ~/.ssh/config.',
    );
  const given = via ?? config.jump;
  const jumps = given?.toLowerCase() === 'none' ? undefined : given;
  if (jumps === undefined && config.proxyCommand !== undefined)
    throw new AppError(
      'refused',
      `~/.ssh/config reaches ${jump.address} by a ProxyCommand, which Slipway does not run.`,
      'Use ProxyJump, or give the jump hosts in the host book.',
    );
  if (jumps === undefined) return [config];
  const hosts = parseJumps(jumps);
  if (!hosts)
    throw new AppError('refused', `${jumps} are no jump hosts.`, 'As ssh -J takes them: user@host:port, and commas.');
  const way: HostConfig[] = [];
  // Only the first of several may have a way of its own: the others are reached through the one before.
  for (const [at, hop] of hosts.entries())
    way.push(
      ...(at === 0
        ? await hopsOf(hop, undefined, place, [...before, { address: jump.address, config }])
        : [await configOf(hop, place)]),
    );
  return [...way, config];
}

/**
 * Who logs in at one hop. With `IdentitiesOnly` the agent offers only keys that were named, by their public halves. `own` is the entry of
 * the hop itself, `entry` the one whose host is at the end of the way.
 */
function hostOf(
  config: HostConfig,
  own: HostEntry | undefined,
  entry: HostEntry,
  { questions, secrets }: ConnectTools,
  given: GivenSecrets,
  signal: AbortSignal | undefined,
): SshHost {
  const { hostName, port, user, hostKeyAlias } = config;
  const name = knownHostName(hostName, port);
  const keys = [...new Set([...(own?.keys.map(atHome) ?? []), ...config.keys])];
  const { canKeep: canRemember } = secrets;
  const askPassword = (attempt: number): Promise<string | undefined> =>
    given.get(`${entry.id} password "${user}@${name}"`, attempt, {
      kind: 'password',
      host: name,
      user,
      attempt,
      canRemember,
    });
  let passwords = 0;

  const login: Login = {
    user,
    ...(entry.agent && { agent: config.agent }),
    ...(config.identitiesOnly && { agentKeys: publicKeysOf(keys) }),
    keys: keys.filter((file) => !file.endsWith('.pub')),
    askPassphrase: (file, attempt) =>
      given.get(`${entry.id} passphrase "${file}"`, attempt, {
        kind: 'passphrase',
        host: name,
        file,
        attempt,
        canRemember,
      }),
    ...(entry.password && {
      askPassword,
      async answer(asked) {
        if (isPassword(asked)) {
          const password = await askPassword(++passwords);
          return password === undefined ? undefined : [password];
        }
        const { title, instructions, prompts } = asked;
        const question: HostQuestion = { kind: 'questions', host: name, title, instructions, prompts: [...prompts] };
        return (await questions.ask(question, signal))?.answers;
      },
    }),
  };
  return { host: hostName, port, login, ...(hostKeyAlias !== undefined && { hostKeyAlias }) };
}

/**
 * Whether a host asks for the password of the account and nothing else. Where it takes passwords only by questions (PAM), a lost
 * connection must come back without a person as well. A code that holds once, or a text to read, is always shown.
 */
function isPassword({ title, instructions, prompts: [prompt, ...more] }: HostQuestions): boolean {
  if (!prompt?.secret || more.length > 0 || `${title}${instructions}`.trim() !== '') return false;
  return /^password(?: for [^:]+)?:?$/i.test(prompt.text.trim());
}

/** Public keys beside private ones, and those that stand for a key that only the agent has; in base64 as in their files. */
function publicKeysOf(keys: readonly string[]): string[] {
  return keys.flatMap((file) => {
    try {
      const [, key] = readFileSync(file.endsWith('.pub') ? file : `${file}.pub`, 'utf8').split(/\s+/);
      return key ?? [];
    } catch {
      return []; // the private one is tried by itself
    }
  });
}
