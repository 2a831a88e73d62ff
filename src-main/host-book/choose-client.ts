import { execFile } from 'node:child_process';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import type { HostEntry } from '../../src-shared/hosts/model';
import { isThere } from '../system/files';
import { lacking } from '../transport/ssh/algorithms';
import { keyType, knownHostName, namesMatch, readKnownHosts } from '../transport/ssh/known-hosts';
import { publicKeyOf } from '../transport/ssh/public-key';
import { jumpOf } from './proxy-command';
import type { ConfigPlace, HostConfig } from './ssh-config';

/** For the list of an agent's keys. */
const AGENT_TIMEOUT_MS = 3000;

/**
 * Why the way to a host needs the `ssh` command: what the SSH configuration names and the built-in client does not have. Short names for
 * the screen.
 *
 * @param hops all hosts on the way, the host itself last
 */
export async function needsOf(
  hops: readonly HostConfig[],
  entry: HostEntry,
  place: ConfigPlace = {},
): Promise<string[]> {
  const needs = new Set<string>();
  for (const [at, config] of hops.entries()) {
    // A jump host of the book replaces the command of the host itself.
    const isReplaced = at === hops.length - 1 && entry.jump !== undefined && entry.jump.toLowerCase() !== 'none';
    if (config.proxyCommand !== undefined && !isReplaced && !jumpOf(config.proxyCommand, place.file))
      needs.add('ProxyCommand');
    if (config.certificates.length > 0) needs.add('user certificates');
    if (lacking(config.algorithms).length > 0) needs.add('algorithms');
    for (const name of config.beyond) needs.add(name);
    for (const need of await neededByKeys(config, entry)) needs.add(need);
    if (await hasAuthority(config)) needs.add('host certificates');
  }
  return [...needs];
}

/** Whether this computer has the `ssh` command, and it may be used. */
export async function hasSshCommand({ hasSsh = true }: ConfigPlace = {}): Promise<boolean> {
  if (!hasSsh) return false;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  return (await Promise.all(folders.map((folder) => isThere(join(folder, 'ssh'))))).includes(true);
}

/** Keys of files and of the agent that ssh2 passes over. */
async function neededByKeys({ keys, agent }: HostConfig, entry: HostEntry): Promise<string[]> {
  const blobs = await Promise.all(keys.map((file) => publicKeyOf(file)));
  const types = blobs.map((blob) => keyType(Buffer.from(blob ?? '', 'base64')));
  if (entry.agent && agent !== undefined) types.push(...(await typesIn(agent)));
  return [
    ...(types.some((type) => type.startsWith('sk-')) ? ['security keys'] : []),
    ...(types.some((type) => /-cert-v0\d@openssh\.com$/.test(type)) ? ['user certificates'] : []),
  ];
}

/** The types of an agent's keys; none when it does not answer. ssh2 leaves out those that it does not know. */
async function typesIn(agent: string): Promise<string[]> {
  try {
    const env = { ...process.env, SSH_AUTH_SOCK: agent };
    const { stdout } = await promisify(execFile)('ssh-add', ['-L'], { env, timeout: AGENT_TIMEOUT_MS });
    return stdout.split('\n').map((line) => line.split(' ')[0] ?? '');
  } catch {
    return []; // the agent does not answer, or has no keys
  }
}

/** Whether a line of the known hosts trusts an authority for a host. */
async function hasAuthority({ knownHosts, hostName, hostKeyAlias, port }: HostConfig): Promise<boolean> {
  const name = hostKeyAlias === undefined ? knownHostName(hostName, port) : knownHostName(hostKeyAlias, 22);
  const { entries } = await readKnownHosts(knownHosts);
  return entries.some(({ mark, names }) => mark === 'cert-authority' && namesMatch(names, name));
}
