/** A type in RELAX NG: plain text, a list of tokens, one of several values, or a type of XML Schema by its name. */
export type Pattern =
  | { readonly kind: 'text' }
  | { readonly kind: 'list' }
  | { readonly kind: 'one-of'; readonly values: readonly string[] }
  | { readonly kind: 'data'; readonly name: string }
  | { readonly kind: 'or-empty'; readonly of: Pattern };

/** The simple types of the schema (contract 6.4). Each describes what it accepts, for a sentence. */
export interface Datatype {
  readonly pattern: Pattern;
  readonly expected: string;
  accepts(value: string): boolean;
}

const integer = (name: string, expected: string, least: bigint, most: bigint): Datatype => ({
  pattern: { kind: 'data', name },
  expected,
  accepts: (value) => {
    const text = collapse(value);
    if (text.length > 30 || !/^[+-]?\d+$/.test(text)) return false;
    const number = BigInt(text.replace(/^\+/, ''));
    return number >= least && number <= most;
  },
});

/** Collapses white space as XML Schema does for all types except plain strings. */
const collapse = (value: string): string => value.replace(/[ \t\r\n]+/g, ' ').trim();

/** Any text. */
export const text: Datatype = { pattern: { kind: 'text' }, expected: 'any text', accepts: () => true };

/** An XML Schema boolean. */
export const boolean: Datatype = {
  pattern: { kind: 'data', name: 'boolean' },
  expected: 'true or false',
  accepts: (value) => ['true', 'false', '1', '0'].includes(collapse(value)),
};

/** 0 to 255. */
export const unsignedByte = integer('unsignedByte', 'a whole number from 0 to 255', 0n, 255n);
/** 0 to 2^32 - 1. */
export const unsignedInt = integer('unsignedInt', 'a whole number from 0 to 4294967295', 0n, 4294967295n);
/** 0 to 2^64 - 1. */
export const unsignedLong = integer('unsignedLong', 'a whole number, 0 or more', 0n, 18446744073709551615n);
/** 0 or more; at most 24 digits. */
export const nonNegativeInteger = integer('nonNegativeInteger', 'a whole number, 0 or more', 0n, 10n ** 24n);
/** A whole number of 32 bits. */
export const int = integer('int', 'a whole number', -2147483648n, 2147483647n);

/** A number, with or without a fraction. */
export const float: Datatype = {
  pattern: { kind: 'data', name: 'float' },
  expected: 'a number',
  accepts: (value) => /^([+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN)$/.test(collapse(value)),
};

/** Items separated by whitespace, at least one. */
export const list: Datatype = {
  pattern: { kind: 'list' },
  expected: 'one or more items separated by spaces',
  accepts: (value) => collapse(value) !== '',
};

/** One of several values. */
export function oneOf(...values: readonly string[]): Datatype {
  return {
    pattern: { kind: 'one-of', values },
    expected: values.join(' or '),
    accepts: (value) => values.includes(collapse(value)),
  };
}

/** Another type, or an empty value. */
export function orEmpty(type: Datatype): Datatype {
  return {
    pattern: { kind: 'or-empty', of: type.pattern },
    expected: `${type.expected}, or nothing`,
    accepts: (value) => collapse(value) === '' || type.accepts(value),
  };
}
