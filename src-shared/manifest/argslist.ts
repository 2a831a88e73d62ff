/** An argslist, or any other value, whose quotes do not pair. The message is the original's (contract 4.1). */
export class ArgslistError extends Error {
  constructor(text: string) {
    super(`Unexpected unescaped quote found: ${text}`);
  }
}

/**
 * Splits a value into tokens (contract 4.1, `space_parse`). Vectors: `corpus/vectors/argslist.json`.
 *
 * Without unescaped quotes the whole text is one token. Each quoted piece is a token; text directly before an opening quote is
 * joined to it; text after the last closing quote is a token. Tokens are trimmed.
 */
export function splitTokens(value: string): string[] {
  const text = value.trim();
  if (text === '' || text === '""' || text === "''") return [];
  const whole = outerPair(text);
  if (whole !== undefined) return [unescapeQuotes(whole).trim()];
  const tokens: string[] = [];
  let start = 0;
  for (let at = nextQuote(text, 0); at >= 0; at = nextQuote(text, start)) {
    const close = nextQuote(text, at + 1, text.charAt(at));
    if (close < 0) throw new ArgslistError(text);
    tokens.push(unescapeQuotes(text.slice(start, at) + text.slice(at + 1, close)).trim());
    start = close + 1;
  }
  const rest = text.slice(start).trim();
  if (rest !== '') tokens.push(unescapeQuotes(rest));
  return tokens;
}

/** Returns the arguments of a step: the tokens of its argslist without empty ones. Throws `ArgslistError`. */
export function splitArgslist(text: string): string[] {
  return splitTokens(text).filter((token) => token !== '');
}

/** Whether a value can be split. */
export function hasPairedQuotes(value: string): boolean {
  try {
    splitTokens(value);
    return true;
  } catch (error) {
    if (error instanceof ArgslistError) return false;
    throw error;
  }
}

/** Returns the text between the quotes when one pair encloses the whole text. */
export function outerPair(text: string): string | undefined {
  const quote = text.charAt(0);
  if (text.length < 3 || (quote !== '"' && quote !== "'") || !text.endsWith(quote)) return undefined;
  return nextQuote(text, 1, quote) === text.length - 1 ? text.slice(1, -1) : undefined;
}

/** The next quote, of one kind or any, that no backslash escapes. */
function nextQuote(text: string, from: number, kind?: string): number {
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (kind === undefined ? character !== '"' && character !== "'" : character !== kind) continue;
    let backslashes = 0;
    while (text.charAt(at - 1 - backslashes) === '\\') backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

function unescapeQuotes(text: string): string {
  return text.replace(/(\\\\)|\\(["'])/g, (_, pair: string | undefined, quote: string) => pair ?? quote);
}
