/** The key with the names of variables that a manifest passes to its steps. */
const ENVIRONMENT = 'environment';

/**
 * The names in the values of a manifest's key `environment`, separated by blanks or commas. The engine passes these variables from
 * its own environment; a part that is no name has no effect, and is listed too.
 */
export function environmentNames(pairs: readonly { readonly key: string; readonly value: string }[]): string[] {
  const names = pairs.flatMap(({ key, value }) => (key === ENVIRONMENT ? value.split(/[\s,]+/) : []));
  return [...new Set(names)].filter((name) => name !== '');
}
