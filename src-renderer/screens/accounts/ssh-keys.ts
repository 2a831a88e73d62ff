/** A line of authorized_keys that has a key (sshd(8)). */
export interface SshKey {
  /** The whole line. */
  readonly line: string;
  /** Counted over all lines, with those of comments. */
  readonly at: number;
  /** As tools name it: `ED25519`, `ECDSA-SK`. Empty for a line that is no key. */
  readonly type: string;
  /** Base64. */
  readonly body: string;
  /** Whose it is, or where it was made. */
  readonly comment: string;
}

const KEY = /(?:^|\s)((?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+)\s+(AAAA[A-Za-z0-9+/]+=*)(?:\s+(.*))?$/;

/** The keys of a text. Empty lines and comments are passed over. */
export function sshKeysIn(text: string): readonly SshKey[] {
  return text.split('\n').flatMap((whole, at) => {
    const line = whole.trim();
    if (line === '' || line.startsWith('#')) return [];
    const [, kind = '', body = '', comment = ''] = KEY.exec(line) ?? [];
    return [{ line, at, type: typeOf(kind), body, comment: comment.trim() }];
  });
}

/** The text without the line of a key. */
export const withoutKey = (text: string, { at }: Pick<SshKey, 'at'>): string =>
  text
    .split('\n')
    .filter((_, index) => index !== at)
    .join('\n');

/** The fingerprint as `ssh-keygen -l` prints it; `undefined` for a text that is no key. */
export async function fingerprintOf({ body }: Pick<SshKey, 'body'>): Promise<string | undefined> {
  if (body === '') return undefined;
  try {
    const bytes = Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return `SHA256:${btoa(String.fromCharCode(...digest)).replace(/=+$/, '')}`;
  } catch {
    // The body is what the user has pasted.
    return undefined;
  }
}

/** `sk-ssh-ed25519@openssh.com` is an ED25519 key on a security key. */
function typeOf(kind: string): string {
  const [, isHardware, name = ''] = /^(sk-)?(?:ssh-)?([a-z0-9]+)/.exec(kind) ?? [];
  return name === '' ? '' : `${name.replace(/^dss$/, 'dsa')}${isHardware === undefined ? '' : '-sk'}`.toUpperCase();
}
