/** Replaces a secret. */
export const REMOVED = '[removed]';

/** Part of a name whose value is a secret: `rootpassword`, `AWS_SECRET_ACCESS_KEY`, `access-token`. */
const WITHIN =
  'passw(?:or[dt]|d)|passphrase|passcode|secret|token|credential|creds(?![a-z])|regcode|(?:api|access|private|auth|encryption|signing|ssh|gpg|shared|account|client|deploy|licen[cs]e|master|wep|activation|registration|enrollment|setup|product|recovery|unlock)[_-]?key|signature|psk(?![a-z])';
/** At its end: `rootpass`, `db_pwd`, `PW`; `PWD` alone is the working directory. */
const AT_END = '(?:pass|(?<![a-z0-9])auth|(?<=[\\w.-])pwd|(?<![a-z0-9])pw)(?![\\w.-])';

/**
 * A piece of a pattern for such a name, as a whole name, without capturing groups. The lookahead comes first, then the whole name is consumed: a line may be
 * one name of a million characters, and must not be scanned again from each of them. `chpasswd: ...` is the message of a command.
 */
export const SECRET_NAME = `(?!(?:mk|ch|g)passwd(?![\\w.-]))(?=[\\w.-]*(?:${WITHIN}|${AT_END}))[\\w.-]+(?![\\w.-])`;

const WHOLE = new RegExp(`^${SECRET_NAME}$`, 'i');

const ASSIGNED = new RegExp(`^(${SECRET_NAME}=)([^]+)`, 'i');

/** Whether the value of something with this name is a secret. */
export function isSecretName(name: string): boolean {
  return WHOLE.test(name);
}

/** Returns the secret in an argument of a command: all of it after `--password`, the value in `TOKEN=secret`. */
export function secretInArgument(argument: string, before: string | undefined): string | undefined {
  const isOption = before !== undefined && /^--?[^=\s]+$/.test(before) && isSecretName(before);
  return isOption ? argument : ASSIGNED.exec(argument)?.[2];
}
