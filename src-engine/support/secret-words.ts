/** What stands in a secret's place. */
export const REMOVED = '[removed]';

/** In a name that says that its value is a secret: `rootpassword`, `AWS_SECRET_ACCESS_KEY`, `access-token`. */
const WITHIN =
  'passw(?:or)?d|passphrase|passcode|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key|(?:auth|encryption|signing|ssh|gpg)[_-]?key|signature';
/** At its end: `rootpass`, `db_pwd`; `PWD` alone is where a shell is. */
const AT_END = '(?:pass|_auth|(?<=[\\w.-])pwd|(?<=[_-])pw)(?![\\w.-])';

/**
 * A piece of a pattern for such a name, as a whole word, without groups that count. It looks ahead first and then takes the word: a line may
 * be one word of a million characters, and must not be gone through for each of them.
 */
export const SECRET_NAME = `(?=[\\w.-]*(?:${WITHIN}|${AT_END}))[\\w.-]+(?![\\w.-])`;

const WHOLE = new RegExp(`^${SECRET_NAME}$`, 'i');

/** Whether the value of something with this name is a secret. */
export function isSecretName(name: string): boolean {
  return WHOLE.test(name);
}
