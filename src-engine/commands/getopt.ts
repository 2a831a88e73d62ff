/** One parsed option, with its value where it takes one. */
export interface Option {
  /** The letter of a short option, or the name of a long one. */
  readonly letter: string;
  readonly value: string | undefined;
}

/** The options, and the arguments from the first operand on. */
export interface ParsedOptions {
  readonly options: readonly Option[];
  readonly operands: readonly string[];
}

/** Long options that a command accepts besides the short ones. A `string` takes `--name=value` or the next argument. */
export type LongOptions = Readonly<Record<string, { readonly type: 'boolean' | 'string' }>>;

/**
 * The classic getopt (contract 1.1): bundling and attached values work, `--` ends options, parsing stops at the first
 * argument that is not an option. Returns `undefined` on an unknown option, a long one that is not in `long`, or a
 * missing value.
 *
 * @param spec letters; one followed by `:` takes a value
 */
export function getopt(argv: readonly string[], spec: string, long: LongOptions = {}): ParsedOptions | undefined {
  const options: Option[] = [];
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    if (argument === '--') return { options, operands: argv.slice(at + 1) };
    if (!argument.startsWith('-') || argument === '-') return { options, operands: argv.slice(at) };
    if (argument.startsWith('--')) {
      const parsed = longOption(argument, argv[at + 1], long);
      if (!parsed) return undefined;
      options.push(parsed.option);
      at += parsed.consumed;
      continue;
    }
    for (let i = 1; i < argument.length; i++) {
      const letter = argument.charAt(i);
      const known = letter === ':' ? -1 : spec.indexOf(letter);
      if (known < 0) return undefined;
      if (spec.charAt(known + 1) !== ':') {
        options.push({ letter, value: undefined });
        continue;
      }
      const attached = argument.slice(i + 1);
      const value = attached !== '' ? attached : argv[++at];
      if (value === undefined) return undefined;
      options.push({ letter, value });
      break;
    }
  }
  return { options, operands: [] };
}

/** Parses a long option, and returns how many arguments after it were used. */
function longOption(
  argument: string,
  next: string | undefined,
  long: LongOptions,
): { readonly option: Option; readonly consumed: 0 | 1 } | undefined {
  const equals = argument.indexOf('=');
  const letter = argument.slice(2, equals < 0 ? undefined : equals);
  const type = Object.hasOwn(long, letter) ? long[letter]?.type : undefined;
  const attached = equals < 0 ? undefined : argument.slice(equals + 1);
  if (type === undefined || (type === 'boolean' && attached !== undefined)) return undefined;
  if (type === 'boolean' || attached !== undefined) return { option: { letter, value: attached }, consumed: 0 };
  return next === undefined ? undefined : { option: { letter, value: next }, consumed: 1 };
}
