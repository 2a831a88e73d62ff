/** The simple types of the schema (contract 6.4). Each says what it takes, for a sentence. */
export interface Datatype {
  readonly expected: string;
  accepts(value: string): boolean;
}

const integer = (expected: string, least: bigint, most: bigint): Datatype => ({
  expected,
  accepts: (value) => {
    const text = collapse(value);
    if (!/^[+-]?\d+$/.test(text)) return false;
    const number = BigInt(text.replace(/^\+/, ''));
    return number >= least && number <= most;
  },
});

/** White space as XML Schema collapses it for all but plain strings. */
const collapse = (value: string): string => value.replace(/[ \t\r\n]+/g, ' ').trim();

export const text: Datatype = { expected: 'any text', accepts: () => true };

export const boolean: Datatype = {
  expected: 'true or false',
  accepts: (value) => ['true', 'false', '1', '0'].includes(collapse(value)),
};

export const unsignedByte = integer('a whole number from 0 to 255', 0n, 255n);
export const unsignedInt = integer('a whole number, 0 or more', 0n, 4294967295n);
export const unsignedLong = integer('a whole number, 0 or more', 0n, 18446744073709551615n);
export const nonNegativeInteger = integer('a whole number, 0 or more', 0n, 10n ** 24n);
export const int = integer('a whole number', -2147483648n, 2147483647n);

export const float: Datatype = {
  expected: 'a number',
  accepts: (value) => /^([+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN)$/.test(collapse(value)),
};

/** Words separated by blanks, at least one. */
export const list: Datatype = { expected: 'one word or more', accepts: (value) => collapse(value) !== '' };

/** One of some words. */
export function oneOf(...words: readonly string[]): Datatype {
  return { expected: words.join(' or '), accepts: (value) => words.includes(collapse(value)) };
}

/** Another type, or nothing at all. */
export function orEmpty(type: Datatype): Datatype {
  return {
    expected: `${type.expected}, or nothing`,
    accepts: (value) => collapse(value) === '' || type.accepts(value),
  };
}
