/** Whether a string can name a folder, a script and a snapshot without quotes. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name);
}

/** The message for a name that is not plain. */
export const PLAIN_NAME_RULE = 'Use letters, digits, and _ . - only, starting with a letter or digit.';
