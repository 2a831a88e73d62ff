import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { parseJumps, type HostEntry, type Jump } from '../../src-shared/hosts/model';
import type { HostQuestion } from '../../src-shared/rpc/hosts';
import type { HostQuestions, Login } from '../transport/ssh/authentication';
import type { ConnectOptions, SshHost } from '../transport/ssh/connection';
import { knownHostName } from '../transport/ssh/known-hosts';
import type { Questions } from './questions';
import { readBounded } from '../files/text-files';
import { atHome } from './expand';
import { GivenSecrets } from './given-secrets';
import type { Secrets } from './secrets';
import { configOf, type ConfigPlace, type HostConfig } from './ssh-config';

const MAX_HOPS = 8;
const MAX_KEY_BYTES = 1024 * 1024;

/** What a connection needs besides the entry. */
export interface ConnectTools {
  readonly questions: Questions;
  readonly secrets: Secrets;
  /** The app's state folder, where accepted host keys are written. */
  readonly state: string;
  readonly config?: ConfigPlace;
}

/** How to connect, and what to call after the login. */
export interface BookedConnection extends ConnectOptions {
  authenticated(): Promise<void>;
}

/**
 * The connect options of a host of the book. The SSH configuration fills in what the entry leaves open. Throws `refused` for unusable settings.
 *
 * @param signal closes the open questions when the attempt is cancelled
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
  const hosts = await Promise.all(
    hops.map((config, at) => hostOf(config, at === hops.length - 1 ? entry : undefined, entry, tools, given, signal)),
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

/** The hops to a host, nearest first, the host itself last. Each hop has its own SSH configuration. `via` overrides it, as `ssh -J` does. */
async function hopsOf(
  jump: Jump,
  via: string | undefined,
  place: ConfigPlace | undefined,
  before: readonly { readonly address: string; readonly config: HostConfig }[],
): Promise<HostConfig[]> {
  const config = await configOf(jump, place);
  // As in ssh, user, address and port are compared, because one name may be two machines.
  const isSame = ({ hostName, port, user }: HostConfig): boolean =>
    hostName === config.hostName && port === config.port && user === config.user;
  if (before.some((one) => isSame(one.config)) || before.length >= MAX_HOPS)
    throw new AppError(
      'refused',
      `The way to ${before[0]?.address ?? jump.address} goes through ${jump.address} again.`,
      'Check the jump hosts of this host, and ProxyJump in ~/.ssh/config.',
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
    throw new AppError(
      'refused',
      `${jumps} is not a list of jump hosts.`,
      'Use the form of ssh -J: user@host:port, separated by commas.',
    );
  const way: HostConfig[] = [];
  // Only the first of several may have its own jump hosts. The others are reached through the one before.
  for (const [at, hop] of hosts.entries())
    way.push(
      ...(at === 0
        ? await hopsOf(hop, undefined, place, [...before, { address: jump.address, config }])
        : [await configOf(hop, place)]),
    );
  return [...way, config];
}

/**
 * The login at one hop. With `IdentitiesOnly` the agent offers only the named keys, by their public parts. `own` is the entry of the hop,
 * `entry` the entry of the target.
 */
async function hostOf(
  config: HostConfig,
  own: HostEntry | undefined,
  entry: HostEntry,
  { questions, secrets }: ConnectTools,
  given: GivenSecrets,
  signal: AbortSignal | undefined,
): Promise<SshHost> {
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
    ...(config.identitiesOnly && { agentKeys: await publicKeysOf(keys) }),
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
 * Whether a host asks for the account's password and nothing else. A host may accept passwords only through questions (PAM), and a lost
 * connection must come back there without the user too. A one-time code, or a text to read, is always shown.
 */
function isPassword({ title, instructions, prompts: [prompt, ...more] }: HostQuestions): boolean {
  if (!prompt?.secret || more.length > 0 || `${title}${instructions}`.trim() !== '') return false;
  return /^password(?: for [^:]+)?:?$/i.test(prompt.text.trim());
}

/** The public keys of key files, including those whose private key only the agent has; in base64 as in their files. */
async function publicKeysOf(files: readonly string[]): Promise<string[]> {
  const keys = await Promise.all(
    files.map(async (file) => {
      try {
        const text = await readBounded(file.endsWith('.pub') ? file : `${file}.pub`, MAX_KEY_BYTES);
        const [, key] = text.toString('utf8').split(/\s+/);
        return key ?? [];
      } catch {
        return []; // the private key is tried without it
      }
    }),
  );
  return keys.flat();
}
