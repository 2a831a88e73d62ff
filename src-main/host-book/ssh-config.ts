import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../src-shared/errors';
import type { Jump } from '../../src-shared/hosts/model';
import { namesIn, settingsFor, type ConfigFile, type Setting } from './config-files';
import { expandPath, expandTokens } from './expand';
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
    throw new AppError('refused', `${address} is not the address of a host.`, 'Correct it in the host book.');
  const values = (await askSsh(jump, place)) ?? (await readFiles(jump, place));
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
  return {
    hostName,
    user,
    port,
    keys: await existing((values.get('identityfile') ?? []).map(path)),
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

/** The host names in the user's configuration, without patterns. */
export async function aliasesOf({ file }: ConfigPlace = {}): Promise<string[]> {
  try {
    return await namesIn([userFile(file)]);
  } catch {
    return []; // suggestions are optional; connecting reports what is wrong with the file
  }
}

const userFile = (path = join(homedir(), '.ssh/config')): ConfigFile => ({ path, folder: join(homedir(), '.ssh') });

/** `none`, the name of a variable of the environment, or a path. */
function agentOf(text: string, path: (text: string) => string): string | undefined {
  if (text.toLowerCase() === 'none') return undefined;
  const variable = text === 'SSH_AUTH_SOCK' ? text : /^\$(\w+)$/.exec(text)?.[1];
  return variable === undefined ? path(text) : process.env[variable];
}

/** Splits paths at spaces. `ssh -G` removes quotes, so a path that contains spaces is recognized by where the next one can begin. */
const pathsIn = (text: string): string[] => text.split(/ +(?=[/~%$]|[A-Za-z]:)/);

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new AppError('refused', `The SSH configuration has the port ${text}.`, 'Correct ~/.ssh/config.');
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
  try {
    const { stdout } = await promisify(execFile)('ssh', [...options, '-G', '--', address], { timeout: 10_000 });
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

/** The same from the files: the first value of each name counts, but all key files do. As with `ssh -F`, a given file replaces the others. */
async function readFiles(jump: Jump, { file }: ConfigPlace): Promise<Map<string, string[]>> {
  const system = { path: '/etc/ssh/ssh_config', folder: '/etc/ssh' };
  const values = gather(oneProxy(await settingsFor(jump, [userFile(file), ...(file === undefined ? [system] : [])])));
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
