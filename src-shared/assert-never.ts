/**
 * Makes a switch over a union exhaustive: a new variant becomes a type error at every place that does not handle it.
 */
export function assertNever(value: never): never {
  throw new Error(`unexpected variant: ${JSON.stringify(value)}`);
}
