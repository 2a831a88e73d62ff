import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import SSHConfig, { type Section } from 'ssh-config';
import { AppError } from '../../../src-shared/errors';
import type { Jump } from '../../../src-shared/hosts/model';

/** What `ssh` would do for a host: the part of ssh_config(5) that we understand. */
export interface HostConfig {
  readonly hostName: string;
  readonly user: string;
  readonly port: number;
  /** Key files that exist, in their order. */
  readonly keys: readonly string[];
  readonly identitiesOnly: boolean;
  /** The socket of the agent; `undefined` when none is to be used. */
  readonly agent: string | undefined;
  /** As `ProxyJump` has it; `undefined` for none. */
  readonly jump: string | undefined;
  readonly proxyCommand: string | undefined;
  readonly hostKeyAlias: string | undefined;
  readonly knownHosts: readonly string[];
}

/** Where the configuration is. */
export interface ConfigPlace {
  /** The user's file. `~/.ssh/config` when left out. */
  readonly file?: string;
  /** Whether the `ssh` command may be asked; without it the files are read here. */
  readonly hasSsh?: boolean;
}

const SYSTEM = '/etc/ssh/ssh_config';
const DEFAULT_KEYS = ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk'];
const DEPTH = 16;

/**
 * What `ssh HOST` would do. The command itself knows best and is asked where it is; elsewhere the files are read by a parser, without
 * `Match` blocks that run something.
 */
export async function configOf(jump: Jump, place: ConfigPlace = {}): Promise<HostConfig> {
  const values = (await askSsh(jump, place)) ?? readFiles(jump, place);
  const one = (name: string): string | undefined => {
    const value = values.get(name)?.[0];
    return value === undefined || value.toLowerCase() === 'none' ? undefined : value;
  };
  const user = jump.user ?? one('user') ?? userInfo().username;
  const port = jump.port ?? Number(one('port') ?? 22);
  const hostName = expand(one('hostname') ?? jump.address, { h: jump.address });
  const tokens = { h: hostName, r: user, p: `${port}`, n: jump.address };
  const path = (text: string): string => expand(text, tokens);
  const agent = values.get('identityagent')?.[0];
  return {
    hostName,
    user,
    port,
    keys: (values.get('identityfile') ?? []).map(path).filter((file) => existsSync(file)),
    identitiesOnly: one('identitiesonly')?.toLowerCase() === 'yes',
    agent:
      agent === undefined || agent === 'SSH_AUTH_SOCK'
        ? process.env['SSH_AUTH_SOCK']
        : one('identityagent') && path(agent),
    jump: one('proxyjump'),
    proxyCommand: one('proxycommand'),
    hostKeyAlias: one('hostkeyalias'),
    knownHosts: [...(values.get('userknownhostsfile') ?? []), ...(values.get('globalknownhostsfile') ?? [])]
      .flatMap((text) => text.split(/\s+/))
      .filter((file) => file !== '' && file !== 'none')
      .map(path),
  };
}

/** The hosts that a person has named: without patterns. */
export function aliasesOf({ file = userFile() }: ConfigPlace = {}): string[] {
  try {
    const hosts = parse(file).flatMap((line) =>
      'param' in line && /^host$/i.test(line.param) ? wordsOf(line.value) : [],
    );
    return [...new Set(hosts)].filter((name) => !/[*?!]/.test(name));
  } catch {
    return []; // a convenience only; connecting says what is wrong with the file
  }
}

const userFile = (): string => join(homedir(), '.ssh/config');

/** `ssh -G` prints what it would use, one value a line; `undefined` where there is no such command. */
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
      stdout.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
    );
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') return undefined;
    throw new AppError(
      'refused',
      `The SSH configuration cannot be used: ${(stderr ?? '').replace(/^Pseudo-terminal.*\n/, '').trim() || String(code)}`,
      'Mend ~/.ssh/config.',
    );
  }
}

/** The same from the files: the first value of each name counts, except that key files add up. */
function readFiles({ address }: Jump, { file = userFile() }: ConfigPlace): Map<string, string[]> {
  const found: [string, string][] = [];
  for (const config of [file, SYSTEM]) {
    if (!existsSync(config)) continue;
    for (const [name, value] of Object.entries(parse(config).compute(address)))
      for (const one of Array.isArray(value) ? value : [value]) found.push([name, one]);
  }
  const values = gather(found);
  const ssh = join(homedir(), '.ssh');
  const fallback: Record<string, string[]> = {
    identityfile: DEFAULT_KEYS.map((name) => join(ssh, name)),
    userknownhostsfile: [join(ssh, 'known_hosts'), join(ssh, 'known_hosts2')],
    globalknownhostsfile: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
  };
  for (const [name, value] of Object.entries(fallback)) if (!values.has(name)) values.set(name, value);
  return values;
}

function gather(pairs: readonly (readonly [string, string])[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    values.set(key, [...(values.get(key) ?? []), value.replace(/^"(.*)"$/, '$1')]);
  }
  return values;
}

/** A file with those that it includes in their places. `Match` blocks are left out, but for `all` and `host`. */
function parse(file: string, depth = 0): SSHConfig {
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n').flatMap((line) => {
    const include = /^\s*include\s+(.*)$/i.exec(line)?.[1];
    if (include === undefined) return [line];
    if (depth >= DEPTH) throw new AppError('refused', `${file} includes files more than ${DEPTH} deep.`);
    return wordsOf(include)
      .flatMap((pattern) => matching(pattern, dirname(file)))
      .map((one) => parse(one, depth + 1).toString());
  });
  const config = SSHConfig.parse(lines.join('\n'));
  const unusable = (line: (typeof config)[number]): line is Section =>
    'param' in line && /^match$/i.test(line.param) && !/^(all|host\b)/i.test(String(line.value));
  for (let at = config.length - 1; at >= 0; at--) {
    const line = config[at];
    if (line && unusable(line)) config.splice(at, 1);
  }
  return config;
}

/** Files of a pattern, whose last part may have `*` and `?`. */
function matching(pattern: string, folder: string): string[] {
  const path = expand(pattern, {});
  const whole = isAbsolute(path) ? path : join(folder, path);
  const name = basename(whole);
  if (!/[*?]/.test(name)) return existsSync(whole) ? [whole] : [];
  const fits = new RegExp(
    `^${name
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
  );
  return existsSync(dirname(whole))
    ? readdirSync(dirname(whole))
        .filter((one) => fits.test(one))
        .sort()
        .map((one) => join(dirname(whole), one))
    : [];
}

function wordsOf(value: unknown): string[] {
  if (Array.isArray(value))
    return value.map((one) => (typeof one === 'string' ? one : String((one as { val: string }).val)));
  return String(value)
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** `~` and the tokens of ssh_config(5) that a path or a name may have. */
function expand(text: string, tokens: Readonly<Record<string, string>>): string {
  const { username } = userInfo();
  const all: Record<string, string> = {
    '%': '%',
    d: homedir(),
    u: username,
    i: `${process.getuid?.() ?? ''}`,
    ...tokens,
  };
  return text.replace(/^~(?=\/|$)/, homedir()).replace(/%(.)/g, (token, letter: string) => all[letter] ?? token);
}
