import type { Algorithms } from 'ssh2';
import ssh2 from 'ssh2/lib/protocol/constants.js';
import { AppError } from '../../../src-shared/errors';

/**
 * Algorithms as ssh_config(5) sets them: a list of names with commas between, or changes of the default list: `+` appends, `-` removes
 * and `^` puts first. Names may have `*` and `?`.
 */
export interface AlgorithmSettings {
  /** `KexAlgorithms`. */
  readonly kex?: string;
  /** `HostKeyAlgorithms`. */
  readonly hostKey?: string;
  /** `Ciphers`. */
  readonly cipher?: string;
  /** `MACs`. */
  readonly mac?: string;
  /** `PubkeyAcceptedAlgorithms`. */
  readonly publicKey?: string;
}

/** `ssh-rsa` signs with SHA-1, which OpenSSH refuses since 8.8. It has to be named. */
const HOST_KEYS = ssh2.DEFAULT_SERVER_HOST_KEY.filter((name) => name !== 'ssh-rsa');

/** Default and supported algorithms of the built-in client, by kind. */
const KINDS = {
  kex: [ssh2.DEFAULT_KEX, ssh2.SUPPORTED_KEX],
  hostKey: [HOST_KEYS, ssh2.SUPPORTED_SERVER_HOST_KEY],
  cipher: [ssh2.DEFAULT_CIPHER, ssh2.SUPPORTED_CIPHER],
  mac: [ssh2.DEFAULT_MAC, ssh2.SUPPORTED_MAC],
} as const;
type Kind = keyof typeof KINDS;

/**
 * The algorithms that the built-in client offers to a host.
 *
 * @param known of the known keys of the host. They come first, because a host with two keys could otherwise show the unknown one
 */
export function algorithmsFor(settings: AlgorithmSettings = {}, known: readonly string[]): Algorithms {
  const hostKeys = offered('hostKey', settings);
  const serverHostKey = [...hostKeys.filter((name) => known.includes(name)), ...hostKeys];
  // The types list the names that ssh2 has; the values come from its own lists.
  return {
    kex: offered('kex', settings),
    serverHostKey: [...new Set(serverHostKey)],
    cipher: offered('cipher', settings),
    hmac: offered('mac', settings),
  } as unknown as Algorithms;
}

/** The kinds of algorithms of which the built-in client has none that the settings allow. */
export function lacking(settings: AlgorithmSettings): Kind[] {
  return (Object.keys(KINDS) as Kind[]).filter((kind) => offered(kind, settings).length === 0);
}

/** Whether the settings allow a key of this type for the login. An RSA key signs with one of three algorithms. */
export function acceptsKey({ publicKey }: AlgorithmSettings = {}, type: string): boolean {
  if (publicKey === undefined) return true;
  const names = type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type];
  return changed(publicKey, names, names).length > 0;
}

/** The names that a setting selects, in the order of preference. */
function changed(setting: string, defaults: readonly string[], supported: readonly string[]): readonly string[] {
  const change = /^[-+^]/.exec(setting)?.[0];
  const patterns = setting.slice(change === undefined ? 0 : 1).split(',');
  const named = patterns.flatMap((pattern) => supported.filter((name) => patternOf(pattern).test(name)));
  const others = defaults.filter((name) => !named.includes(name));
  const all = { '+': [...defaults, ...named], '-': others, '^': [...named, ...others] };
  return [...new Set(change === undefined ? named : all[change as keyof typeof all])];
}

const offered = (kind: Kind, settings: AlgorithmSettings): readonly string[] => {
  const setting = settings[kind];
  return setting === undefined ? KINDS[kind][0] : changed(setting, KINDS[kind][0], KINDS[kind][1]);
};

function patternOf(text: string): RegExp {
  const source = text.trim().replace(/[^\w@-]/g, (one) => ({ '*': '.*', '?': '.' })[one] ?? `\\${one}`);
  return new RegExp(`^${source}$`);
}

/** The name of a setting, and its example for old hosts, by the text that ssh2 and `ssh` have for what does not match. */
const REMEDIES: readonly [RegExp, setting: string, example: string][] = [
  [/^key exchange/, 'KexAlgorithms', '+diffie-hellman-group14-sha1'],
  [/^host key/, 'HostKeyAlgorithms', '+ssh-rsa'],
  [/cipher/, 'Ciphers', '+aes128-cbc'],
  [/MAC/, 'MACs', '+hmac-sha1'],
];

/**
 * The failure of a host that has no algorithm in common with the client.
 *
 * @param what does not match, as the client names it
 * @param offer the algorithms of the host, where they are known
 */
export function noCommonAlgorithm(name: string, what: string, offer?: string): AppError {
  const [, setting, example] = REMEDIES.find(([pattern]) => pattern.test(what)) ?? [];
  return new AppError(
    'refused',
    `${name} and Slipway have no ${what.replace(/ (found|format).*$/, '')} in common${offer === undefined ? '' : `; the host has ${offer}`}.`,
    setting === undefined
      ? 'Update the SSH server of the host.'
      : `Update the SSH server of the host, or allow an old algorithm for this host in ~/.ssh/config: ${setting} ${offer === undefined ? example : `+${offer}`}`,
  );
}
