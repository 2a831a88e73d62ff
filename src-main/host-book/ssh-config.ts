import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../src-shared/errors';
import type { Jump } from '../../src-shared/hosts/model';
import { namesIn, settingsFor, type ConfigFile, type Setting } from './config-files';
import { expandPath, expandTokens } from './expand';
import { ALGORITHM_NAMES, algorithmsIn, changeOf, settingsBeyond } from './client-settings';
import type { AlgorithmSettings } from '../transport/ssh/algorithms';
import { accountName } from '../system/account';
import { isThere } from '../system/files';

/** The SSH configuration of a host: the part of ssh_config(5) that Slipway supports. */
export interface HostConfig {
  readonly hostName: string;
  readonly user: string;
  readonly port: number;
  /** Existing key files, in their order. */
  readonly keys: readonly string[];
  readonly identitiesOnly: boolean;
  /** The agent's socket; `undefined` to use no agent. */
  readonly agent: string | undefined;
  /** Value of `ProxyJump`; `undefined` for none. */
  readonly jump: string | undefined;
  readonly proxyCommand: string | undefined;
  readonly hostKeyAlias: string | undefined;
  readonly knownHosts: readonly string[];
  /** User certificates: those of `CertificateFile`, and those beside the key files. */
  readonly certificates: readonly string[];
  readonly algorithms: AlgorithmSettings;
  /** Settings for which only the `ssh` command has code, as ssh_config(5) names them. */
  readonly beyond: readonly string[];
}

/** Where the configuration is. */
export interface ConfigPlace {
  /** The user's file. Default `~/.ssh/config`. */
  readonly file?: string;
  /** Whether the `ssh` command may be asked; without it the files are read here. */
  readonly hasSsh?: boolean;
}

const DEFAULT_KEYS = ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk'];

/**
 * The configuration that `ssh HOST` would use. The `ssh` command reports it where it is installed; elsewhere a parser reads the files, without
 * `Match` blocks that run commands. Throws `refused` for an address that would be an option, and for unusable files.
 */
export async function configOf(jump: Jump, place: ConfigPlace = {}): Promise<HostConfig> {
  const { address } = jump;
  if (address.startsWith('-'))
    throw new AppError('refused', `${address} is not the address of a host.`, 'Correct it in Edit host.');
  const values = (await changesOf(jump, place)) ?? (await readFiles(jump, place));
  const one = (name: string): string | undefined => {
    const value = values.get(name)?.[0];
    return value === undefined || value.toLowerCase() === 'none' ? undefined : value;
  };
  const user = jump.user ?? one('user') ?? accountName();
  const port = jump.port ?? portOf(one('port') ?? '22');
  const hostName = (one('hostname') ?? address).toLowerCase();
  const hostKeyAlias = one('hostkeyalias')?.toLowerCase();
  const tokens = { h: hostName, r: user, p: `${port}`, n: address };
  const path = (text: string): string => expandPath(text, { ...tokens, k: hostKeyAlias ?? address });
  const proxyJump = one('proxyjump');
  const keys = await existing((values.get('identityfile') ?? []).map(path));
  const certificates = (values.get('certificatefile') ?? []).map(path);
  return {
    hostName,
    user,
    port,
    keys,
    certificates: await existing([...new Set([...certificates, ...keys.map(certificateOf)])]),
    algorithms: algorithmsIn(one),
    beyond: await settingsBeyond(one),
    identitiesOnly: one('identitiesonly')?.toLowerCase() === 'yes',
    agent: agentOf(values.get('identityagent')?.[0] ?? 'SSH_AUTH_SOCK', path),
    // `ssh -G` leaves it unchanged; ssh expands it when it connects.
    jump: proxyJump && expandTokens(proxyJump, { ...tokens, '%': '%' }),
    proxyCommand: one('proxycommand'),
    hostKeyAlias,
    knownHosts: ['userknownhostsfile', 'globalknownhostsfile']
      .flatMap((name) => pathsIn(values.get(name)?.[0] ?? ''))
      .filter((file) => file !== '' && file !== 'none')
      .map(path),
  };
}

/** The certificate of a key, by the name that ssh(1) uses. */
const certificateOf = (key: string): string => `${key.replace(/\.pub$/, '')}-cert.pub`;

/** The host names in the user's configuration, without patterns. */
export async function aliasesOf({ file }: ConfigPlace = {}): Promise<string[]> {
  try {
    return await namesIn([userFile(file)]);
  } catch {
    return []; // suggestions are optional; connecting reports what is wrong with the file
  }
}

/** The files that ssh reads, in their order. As with `ssh -F`, a given file replaces the others. */
export const configsOf = ({ file }: ConfigPlace = {}): string[] =>
  file === undefined ? [userFile().path, SYSTEM_FILE.path] : [file];

const SYSTEM_FILE: ConfigFile = { path: '/etc/ssh/ssh_config', folder: '/etc/ssh' };
const userFile = (path = join(homedir(), '.ssh/config')): ConfigFile => ({ path, folder: join(homedir(), '.ssh') });

/** `none`, the name of a variable of the environment, or a path. */
function agentOf(text: string, path: (text: string) => string): string | undefined {
  if (text.toLowerCase() === 'none') return undefined;
  const variable = text === 'SSH_AUTH_SOCK' ? text : /^\$(\w+)$/.exec(text)?.[1];
  // A variable without a value means the same as none.
  return (variable === undefined ? path(text) : process.env[variable]) || undefined;
}

/** Splits paths at spaces. `ssh -G` removes quotes, so a path that contains spaces is recognized by where the next one can begin. */
const pathsIn = (text: string): string[] => text.split(/ +(?=[/~%$]|[A-Za-z]:)/);

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new AppError('refused', `The SSH configuration has the port ${text}.`, 'Correct ~/.ssh/config.');
}

/** As `askSsh`, without the lists of algorithms that nothing has changed, and with changes in place of changed lists. */
async function changesOf(jump: Jump, place: ConfigPlace): Promise<Map<string, string[]> | undefined> {
  const [values, defaults] = await Promise.all([
    askSsh(jump, place),
    // Without the defaults the complete lists are used.
    askSsh({ address: 'localhost' }, { ...place, file: 'none' }).catch(() => undefined),
  ]);
  for (const name of ALGORITHM_NAMES) {
    const [value, standard] = [values?.get(name)?.[0], defaults?.get(name)?.[0]];
    const change = value === undefined || standard === undefined ? value : changeOf(value, standard);
    if (change === undefined) values?.delete(name);
    else values?.set(name, [change]);
  }
  return values;
}

/** The output of `ssh -G`, one value per line; `undefined` when the command does not exist. */
async function askSsh(
  { address, user, port }: Jump,
  { file, hasSsh = true }: ConfigPlace,
): Promise<Map<string, string[]> | undefined> {
  if (!hasSsh) return undefined;
  const options = [
    ...(file === undefined ? [] : ['-F', file]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', `${port}`]),
  ];
  const print = (...more: string[]): Promise<{ stdout: string }> =>
    promisify(execFile)('ssh', [...options, ...more, '-G', '--', address], { timeout: 10_000 });
  try {
    const { stdout } = await print().catch((error: unknown) => {
      // ForkAfterAuthentication, which is for tunnels, makes ssh refuse to print without a command; -N stands for none.
      if (!/cannot fork into background/i.test((error as { stderr?: string }).stderr ?? '')) throw error;
      return print('-N');
    });
    return gather(
      stdout.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const),
    );
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') return undefined;
    throw new AppError(
      'refused',
      `The SSH configuration cannot be used: ${(stderr ?? '').replace(/^Pseudo-terminal.*\n/, '').trim() || String(code)}`,
      'Correct ~/.ssh/config.',
    );
  }
}

/** The same from the files: the first value of each name counts, but all key files do. */
async function readFiles(jump: Jump, { file }: ConfigPlace): Promise<Map<string, string[]>> {
  const files = [userFile(file), ...(file === undefined ? [SYSTEM_FILE] : [])];
  const values = gather(oneProxy(await settingsFor(jump, files)));
  const ssh = join(homedir(), '.ssh');
  const fallback: Record<string, string[]> = {
    identityfile: DEFAULT_KEYS.map((name) => join(ssh, name)),
    userknownhostsfile: [`${join(ssh, 'known_hosts')} ${join(ssh, 'known_hosts2')}`],
    globalknownhostsfile: ['/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2'],
  };
  for (const [name, value] of Object.entries(fallback)) if (!values.has(name)) values.set(name, value);
  return values;
}

/** Of `ProxyJump` and `ProxyCommand` the one that comes first counts, but for a `ProxyJump none`, which leaves the other open. */
function oneProxy(settings: readonly Setting[]): Setting[] {
  const first = settings.find(
    ([name, value]) => name === 'proxycommand' || (name === 'proxyjump' && value.toLowerCase() !== 'none'),
  );
  const loser = first?.[0] === 'proxycommand' ? 'proxyjump' : 'proxycommand';
  return settings.filter(([name]) => name !== loser);
}

function gather(settings: readonly Setting[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of settings) values.set(name, [...(values.get(name) ?? []), value]);
  return values;
}

/** Files that exist, or whose file system does not answer. The login then reports the problem. */
async function existing(files: readonly string[]): Promise<string[]> {
  const found = await Promise.all(files.map((file) => isThere(file)));
  return files.filter((_, at) => found[at]);
}
