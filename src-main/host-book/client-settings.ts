import type { AlgorithmSettings } from '../transport/ssh/algorithms';
import { isThere } from '../system/files';

/** Settings of algorithms by their names in `ssh -G`, the older name last. */
const SETTINGS: Readonly<Record<keyof AlgorithmSettings, readonly string[]>> = {
  kex: ['kexalgorithms'],
  hostKey: ['hostkeyalgorithms'],
  cipher: ['ciphers'],
  mac: ['macs'],
  publicKey: ['pubkeyacceptedalgorithms', 'pubkeyacceptedkeytypes'],
};

export const ALGORITHM_NAMES = Object.values(SETTINGS).flat();

/** @param one returns the value of a setting */
export function algorithmsIn(one: (name: string) => string | undefined): AlgorithmSettings {
  const found = Object.entries(SETTINGS).map(([kind, names]) => [kind, names.map(one).find((value) => value)] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

/**
 * How a list differs from the default list, in the form of ssh_config(5): `ssh -G` prints the whole list, in the order of OpenSSH, which is
 * not the fastest order of the built-in client. `undefined` where nothing differs.
 */
export function changeOf(list: string, standard: string): string | undefined {
  if (list === standard) return undefined;
  if (list.startsWith(`${standard},`)) return `+${list.slice(standard.length + 1)}`;
  const [names, defaults] = [list.split(','), standard.split(',')];
  for (const at of names.keys()) {
    const first = names.slice(0, at + 1);
    if ([...first, ...defaults.filter((name) => !first.includes(name))].join() === list) return `^${first.join()}`;
  }
  return list;
}

/** A list that the built-in client does not read, so that it must not connect. */
export const REVOKED_KEYS = 'RevokedHostKeys';

/** Settings that make the way or the login another one, and that the built-in client does not have: the name, and values without effect. */
const BEYOND: readonly (readonly [name: string, without?: readonly string[]])[] = [
  ['PKCS11Provider'],
  ['KnownHostsCommand'],
  [REVOKED_KEYS],
  ['HostbasedAuthentication', ['no']],
  ['BindAddress'],
  ['BindInterface'],
  ['AddressFamily', ['any']],
  ['VerifyHostKeyDNS', ['no', 'false']],
];

/** The settings of a host that only the `ssh` command follows. Systems switch GSSAPI on for all; it counts with a ticket only. */
export async function settingsBeyond(one: (name: string) => string | undefined): Promise<string[]> {
  const valueOf = (name: string): string => one(name.toLowerCase())?.toLowerCase() ?? '';
  const names = BEYOND.filter(([name, without = []]) => !['', ...without].includes(valueOf(name))).map(
    ([name]) => name,
  );
  const usesTickets = valueOf('GSSAPIAuthentication') === 'yes' && (await hasTicket());
  return usesTickets ? [...names, 'GSSAPIAuthentication'] : names;
}

/** Whether the account has a Kerberos ticket in a file, where kinit(1) puts it by default. */
async function hasTicket(): Promise<boolean> {
  const name = process.env['KRB5CCNAME'] ?? `FILE:/tmp/krb5cc_${process.getuid?.() ?? ''}`;
  const file = /^(?:FILE:)?(\/.*)$/.exec(name)?.[1];
  return file === undefined ? true : isThere(file);
}
