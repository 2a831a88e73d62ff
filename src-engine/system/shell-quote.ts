/**
 * A path as one argument of a shell command that the user can paste. A name that cannot be shown as text is written with `$'\ooo'`,
 * which bash, zsh, ksh and POSIX 2024 shells understand.
 *
 * @param path one character per byte (`latin1`)
 */
export function quoteBytes(path: string): string {
  const text = Buffer.from(path, 'latin1').toString('utf8');
  // eslint-disable-next-line no-control-regex -- control characters are what is escaped
  if (!/[\x00-\x1f\x7f\ufffd]/.test(text)) return quote(text);
  const octal = (byte: string): string => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`;
  return `$'${path.replace(/[^A-Za-z0-9/_.:@%+=-]/g, octal)}'`;
}

/** A text as one argument of a shell command. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
