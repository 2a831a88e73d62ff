/** What stands in a secret's place. */
export const REMOVED = '[removed]';

/** In a name that says that its value is a secret: `rootpassword`, `AWS_SECRET_ACCESS_KEY`, `access-token`. */
const WITHIN =
  'passw(?:or[dt]|d)|passphrase|passcode|secret|token|credential|(?:api|access|private|auth|encryption|signing|ssh|gpg|shared|account|client|deploy|licen[cs]e|master|wep)[_-]?key|signature|psk(?![a-z])';
/** At its end: `rootpass`, `db_pwd`, `PW`; `PWD` alone is where a shell is. */
const AT_END = '(?:pass|(?<![a-z0-9])auth|(?<=[\\w.-])pwd|(?<![a-z0-9])pw)(?![\\w.-])';

/**
 * A piece of a pattern for such a name, as a whole word, without groups that count. It looks ahead first and then takes the word: a line may
 * be one word of a million characters, and must not be gone through for each of them. `chpasswd: ...` is what a command says.
 */
export const SECRET_NAME = `(?!(?:mk|ch|g)passwd(?![\\w.-]))(?=[\\w.-]*(?:${WITHIN}|${AT_END}))[\\w.-]+(?![\\w.-])`;

const WHOLE = new RegExp(`^${SECRET_NAME}$`, 'i');

const ASSIGNED = new RegExp(`^(${SECRET_NAME}=)([^]+)`, 'i');

/** Whether the value of something with this name is a secret. */
export function isSecretName(name: string): boolean {
  return WHOLE.test(name);
}

/** The secret in a word of a command: all of it after `--password`, its value in `TOKEN=secret`. */
export function secretInArgument(word: string, before: string | undefined): string | undefined {
  const isOption = before !== undefined && /^--?[^=\s]+$/.test(before) && isSecretName(before);
  return isOption ? word : ASSIGNED.exec(word)?.[2];
}
