/** Whether a word can name a folder, a script and a snapshot without being quoted anywhere. */
export function isPlainName(word: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(word);
}

/** What a person reads beside a name that is not plain. */
export const PLAIN_NAME_RULE = 'Use letters, digits, and _ . - only, beginning with a letter or digit.';
