/** A question of `ssh`, as its askpass program receives it. */
export type Prompt =
  | {
      readonly kind: 'host-key';
      readonly host: string;
      readonly port: number;
      readonly type: string;
      readonly fingerprint: string;
    }
  | { readonly kind: 'passphrase'; readonly file: string }
  | { readonly kind: 'password'; readonly user: string; readonly host: string }
  /** Of the host or of a security key. `user` and `host` are missing in older versions. */
  | { readonly kind: 'other'; readonly user?: string; readonly host?: string; readonly text: string };

/** Key types as `ssh` names them in its question. */
const TYPES: Readonly<Record<string, string>> = {
  ED25519: 'ssh-ed25519',
  RSA: 'ssh-rsa',
  DSA: 'ssh-dss',
  ECDSA: 'ecdsa-sha2-nistp256',
};

/** Reads a question of OpenSSH. Its texts are in English in every locale. */
export function readPrompt(text: string): Prompt {
  const [, name] = /^The authenticity of host '(\S+)(?: \([^)]*\))?' can't be established/.exec(text) ?? [];
  const [, type = '', fingerprint] = /^(\S+) key fingerprint is (SHA256:\S+?)\.?$/m.exec(text) ?? [];
  if (name !== undefined && fingerprint !== undefined)
    return { kind: 'host-key', ...placeOf(name), type: TYPES[type] ?? type.toLowerCase(), fingerprint };
  const [, file] = /^Enter passphrase for (?:key )?'(.+)': ?$/s.exec(text) ?? [];
  if (file !== undefined) return { kind: 'passphrase', file };
  const [, user, host] = /^([^@\n]+)@(\S+)'s password: ?$/.exec(text) ?? [];
  if (user !== undefined && host !== undefined) return { kind: 'password', user, host };
  const [, asking, at, rest] = /^\(([^@\n]+)@(\S+?)\) ([^]*)$/.exec(text) ?? [];
  return asking !== undefined && at !== undefined && rest !== undefined
    ? { kind: 'other', user: asking, host: at, text: rest }
    : { kind: 'other', text };
}

/** `host`, or `[host]:port`. */
function placeOf(name: string): { host: string; port: number } {
  const [, host, port] = /^\[(.+)\]:(\d+)$/.exec(name) ?? [];
  return host === undefined ? { host: name, port: 22 } : { host, port: Number(port) };
}
