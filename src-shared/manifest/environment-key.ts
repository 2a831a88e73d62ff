/** The key with the names of variables that a manifest passes to its steps. */
const ENVIRONMENT = 'environment';

/**
 * The words in the values of a manifest's key `environment`, separated by blanks or commas. The engine passes the variables with
 * these names from its own environment; other words have no effect.
 */
export function environmentWords(pairs: readonly { readonly key: string; readonly value: string }[]): string[] {
  const words = pairs.flatMap(({ key, value }) => (key === ENVIRONMENT ? value.split(/[\s,]+/) : []));
  return [...new Set(words)].filter((word) => word !== '');
}
