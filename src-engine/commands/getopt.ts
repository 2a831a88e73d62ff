/** One option as given, with its value where it takes one. */
export interface Option {
  readonly letter: string;
  readonly value: string | undefined;
}

/** Options, then what is left from the first word that is not one. */
export interface ParsedWords {
  readonly options: readonly Option[];
  readonly operands: readonly string[];
}

/**
 * The classic getopt (contract 1.1): short options only, bundling and attached values work, `--` ends options, parsing stops at
 * the first word that is not an option. Returns `undefined` on an unknown option, a long one, or a missing value.
 *
 * @param spec letters; one followed by `:` takes a value
 */
export function getopt(words: readonly string[], spec: string): ParsedWords | undefined {
  const options: Option[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') return { options, operands: words.slice(at + 1) };
    if (!word.startsWith('-') || word === '-') return { options, operands: words.slice(at) };
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i);
      const known = letter === ':' ? -1 : spec.indexOf(letter);
      if (known < 0) return undefined;
      if (spec.charAt(known + 1) !== ':') {
        options.push({ letter, value: undefined });
        continue;
      }
      const attached = word.slice(i + 1);
      const value = attached !== '' ? attached : words[++at];
      if (value === undefined) return undefined;
      options.push({ letter, value });
      break;
    }
  }
  return { options, operands: [] };
}
