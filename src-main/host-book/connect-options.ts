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
import { jumpOf } from './proxy-command';
import { REVOKED_KEYS } from './client-settings';
import { configOf, configsOf, type ConfigPlace, type HostConfig } from './ssh-config';
import type { SystemSsh } from '../transport/ssh/system-ssh';

const MAX_HOPS = 8;

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
  const system = await systemFor(entry, target, hops, tools.config);
  const hosts = await Promise.all(
    hops.map((config, at) => hostOf(config, at === hops.length - 1 ? entry : undefined, entry, tools, given, signal)),
  );
  return {
    authenticated: () => given.keep(),
    target: hosts.at(-1) as SshHost,
    jumps: hosts.slice(0, -1),
    ...(system && { system }),
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

/** A host on the way that the next one is reached for. */
interface HopBefore {
  readonly address: string;
  readonly config: HostConfig;
  readonly isByCommand: boolean;
}

/** The hops to a host, nearest first, the host itself last. Each hop has its own SSH configuration. `via` overrides it, as `ssh -J` does. */
async function hopsOf(
  jump: Jump,
  via: string | undefined,
  place: ConfigPlace | undefined,
  before: readonly HopBefore[],
): Promise<HostConfig[]> {
  const config = await configOf(jump, place);
  // As in ssh, user, address and port are compared, because one name may be two machines.
  const isSame = ({ hostName, port, user }: HostConfig): boolean =>
    hostName === config.hostName && port === config.port && user === config.user;
  // A command may lead to the same host once more; only a chain without an end is an error there.
  if (before.some((one) => !one.isByCommand && isSame(one.config)) || before.length >= MAX_HOPS)
    throw new AppError(
      'refused',
      `The way to ${before[0]?.address ?? jump.address} goes through ${jump.address} again.`,
      'Check the jump hosts of this host, and ProxyJump in ~/.ssh/config.',
    );
  const { hosts, isByCommand } = jumpsOf(via, config, place);
  if (hosts.length === 0) return [config];
  const way: HostConfig[] = [];
  // Only the first of several may have its own jump hosts. The others are reached through the one before.
  for (const [at, hop] of hosts.entries())
    way.push(
      ...(at === 0
        ? await hopsOf(hop, undefined, place, [...before, { address: jump.address, config, isByCommand }])
        : [await configOf(hop, place)]),
    );
  return [...way, config];
}

/**
 * What the system's `ssh` needs to connect to a host; `undefined` where the built-in client connects. The host book chooses, or the SSH
 * configuration, by what it names.
 */
async function systemFor(
  entry: HostEntry,
  target: Jump,
  hops: readonly HostConfig[],
  place: ConfigPlace | undefined,
): Promise<SystemSsh | undefined> {
  const { client = 'auto' } = entry;
  // It needs the code of the built-in client, which is loaded when the first SSH host is used.
  const { hasSshCommand, needsOf } = await import('./choose-client');
  const hasSsh = await hasSshCommand(place);
  if (client === 'ssh' && !hasSsh)
    throw new AppError(
      'unsupported',
      `${target.address} needs the ssh command, which this computer does not have.`,
      'Install OpenSSH, or choose the built-in SSH client for this host.',
    );
  const needs = client === 'built-in' || (client === 'auto' && !hasSsh) ? [] : await needsOf(hops, entry, place);
  if (client === 'ssh' || needs.length > 0) {
    const converted = hops.length > 1 && entry.jump === undefined ? proxyJumpOf(hops.at(-1), place) : undefined;
    return {
      ...target,
      jump: entry.jump ?? converted,
      keys: entry.keys.map(atHome),
      agent: entry.agent,
      password: entry.password,
      configs: configsOf(place),
      needs,
    };
  }
  const revoking = hops.find(({ beyond }) => beyond.includes(REVOKED_KEYS));
  if (revoking)
    throw new AppError(
      'refused',
      `~/.ssh/config has a list of revoked host keys (${REVOKED_KEYS}) for ${revoking.hostName}, which Slipway's own SSH client does not read.`,
      hasSsh
        ? 'Choose the ssh command as the SSH client of this host.'
        : `Install the ssh command, or remove ${REVOKED_KEYS}.`,
    );
  const last = hops.at(-1);
  const command = hops.find(({ proxyCommand }) => proxyCommand !== undefined && !jumpOf(proxyCommand, place?.file));
  if (command && (command !== last || entry.jump === undefined || entry.jump.toLowerCase() === 'none'))
    throw new AppError(
      'refused',
      `~/.ssh/config uses a ProxyCommand to reach ${command.hostName}, which Slipway's own SSH client does not run.`,
      hasSsh
        ? 'Choose the ssh command as the SSH client of this host, or use ProxyJump.'
        : 'Install the ssh command, use ProxyJump, or enter the jump hosts in Edit host.',
    );
  return undefined;
}

/** A `ProxyCommand` that only forwards, in the form of `ssh -J`: accepted host keys then go where those of other hosts go. */
function proxyJumpOf(config: HostConfig | undefined, place: ConfigPlace | undefined): string | undefined {
  const jump = config?.proxyCommand === undefined ? undefined : jumpOf(config.proxyCommand, place?.file);
  return (
    jump &&
    `${jump.user === undefined ? '' : `${jump.user}@`}${jump.address}${jump.port === undefined ? '' : `:${jump.port}`}`
  );
}

/** The jump hosts of a host, nearest first. `isByCommand`: its `ProxyCommand` names them. */
function jumpsOf(
  via: string | undefined,
  config: HostConfig,
  place: ConfigPlace | undefined,
): { readonly hosts: readonly Jump[]; readonly isByCommand: boolean } {
  const given = via ?? config.jump;
  if (via?.toLowerCase() === 'none') return { hosts: [], isByCommand: false };
  if (given !== undefined && given.toLowerCase() !== 'none') {
    const hosts = parseJumps(given);
    if (hosts) return { hosts, isByCommand: false };
    throw new AppError(
      'refused',
      `${given} is not a list of jump hosts.`,
      'Use the form of ssh -J: user@host:port, separated by commas.',
    );
  }
  const jump = config.proxyCommand === undefined ? undefined : jumpOf(config.proxyCommand, place?.file);
  return { hosts: jump ? [jump] : [], isByCommand: true };
}

/**
 * The login at one hop. `own` is the entry of the hop,
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
  const { hostName, port, user, hostKeyAlias, algorithms } = config;
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
    identitiesOnly: config.identitiesOnly,
    keys,
    unused: config.certificates.map((file) => `not the certificate ${file}, which needs the ssh command`),
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
  return { host: hostName, port, login, algorithms, ...(hostKeyAlias !== undefined && { hostKeyAlias }) };
}

/**
 * Whether a host asks for the account's password and nothing else. A host may accept passwords only through questions (PAM), and a lost
 * connection must come back there without the user too. A one-time code, or a text to read, is always shown.
 */
function isPassword({ title, instructions, prompts: [prompt, ...more] }: HostQuestions): boolean {
  if (!prompt?.secret || more.length > 0 || `${title}${instructions}`.trim() !== '') return false;
  return /^password(?: for [^:]+)?:?$/i.test(prompt.text.trim());
}
