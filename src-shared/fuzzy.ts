/** How well a term fits a text, from its best place. A gap of a subsequence costs a point. */
const SCORE = { whole: 100, start: 80, part: 60, inside: 40, spread: 25 } as const;
/** A longer gap between two letters of a term is no match. */
const MAX_GAP = 12;

/**
 * Entries that are found by parts of their texts while the user types. Made once for a list. It is ours and not a library's because of the
 * ranking: equal matches keep the order of the list, in which commands come before fields and packages.
 */
export class FuzzySearch<T> {
  readonly #texts: readonly string[];

  constructor(
    readonly entries: readonly T[],
    textOf: (entry: T) => string,
  ) {
    this.#texts = entries.map((entry) => textOf(entry).toLowerCase());
  }

  /**
   * Returns the entries that have every term of the query, the best first; equal ones keep their order. Without a term: the first ones.
   *
   * @param max the number of entries that are returned
   */
  find(query: string, max: number): readonly T[] {
    const terms = termsOf(query);
    if (terms.length === 0) return this.entries.slice(0, max);
    const found: { readonly entry: T; readonly score: number }[] = [];
    for (const [at, entry] of this.entries.entries()) {
      const score = scoreOf(terms, this.#texts[at] ?? '');
      if (score !== undefined) found.push({ entry, score });
    }
    return found
      .sort((a, b) => b.score - a.score)
      .slice(0, max)
      .map(({ entry }) => entry);
  }
}

const termsOf = (query: string): string[] => query.toLowerCase().split(/\s+/).filter(Boolean);

/** Returns how well a text fits, larger is better; `undefined` when a term is not in it. */
function scoreOf(terms: readonly string[], text: string): number | undefined {
  let sum = 0;
  for (const term of terms) {
    const score = scoreOfTerm(term, text);
    if (score === undefined) return undefined;
    sum += score;
  }
  // Of two texts that fit equally well the shorter one is meant.
  return sum / terms.length - text.length / 100;
}

function scoreOfTerm(term: string, text: string): number | undefined {
  let at = text.indexOf(term);
  if (at === 0) return text.length === term.length ? SCORE.whole : SCORE.start;
  if (at > 0) {
    for (; at > 0; at = text.indexOf(term, at + 1)) if (!isLetter(text.charCodeAt(at - 1))) return SCORE.part;
    return term.length > 1 ? SCORE.inside : undefined;
  }
  return term.length > 1 ? scoreOfLetters(term, text) : undefined;
}

/** The letters of a term in their order, with gaps; the first one begins a part of the text. */
function scoreOfLetters(term: string, text: string): number | undefined {
  let best: number | undefined;
  for (let start = text.indexOf(term.charAt(0)); start >= 0; start = text.indexOf(term.charAt(0), start + 1)) {
    if (start > 0 && isLetter(text.charCodeAt(start - 1))) continue;
    let gaps = 0;
    let at = start;
    for (let letter = 1; letter < term.length; letter++) {
      const next = text.indexOf(term.charAt(letter), at + 1);
      if (next < 0 || next - at > MAX_GAP) {
        gaps = Infinity;
        break;
      }
      // The start of a part is where an abbreviation continues.
      if (next > at + 1 && isLetter(text.charCodeAt(next - 1))) gaps += 1;
      at = next;
    }
    if (gaps < term.length) best = Math.max(best ?? 0, SCORE.spread - gaps);
  }
  return best;
}

/** A letter or digit in lower case. */
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code > 127;
