import type { CatalogueEntry } from './catalogue';

/** How well an entry fits, best first. */
enum Fit {
  ExactName,
  LastPartOfName,
  ExactProvided,
  BeginningOfName,
  WordInName,
  InName,
  WordInSummary,
  Elsewhere,
}
const FITS = 8;

/** Terms of so few Latin letters are in nearly every summary: they are searched as starts of words in names only. */
const SHORT = 2;
/** Two signs of other scripts may be a whole word. */
const isShort = (term: string): boolean => term.length <= SHORT && /^\p{ASCII}*$/u.test(term);

/** Packages that are rarely wanted by themselves, by the ends of their names. */
const AUXILIARY =
  /-(tests?|testsuite|dev|dbg|dbgsym|docs?|doc-[a-z]{2}|examples?|data|common|source|l10n|locales?|udeb)$|-l10n-|-locale-/;
/** They come after all others that fit as well: longer than any name. */
const AUXILIARY_LENGTH = 1000;

/** Searches names, summaries, sections and provided names while the user types. Made once for a catalogue. */
export class CatalogueSearch {
  readonly #names: readonly string[];
  readonly #summaries: readonly string[];
  readonly #others: readonly string[];
  /** All of them in one text, to exclude most entries with one look. */
  readonly #all: readonly string[];
  /** Shorter names first, then by the alphabet, auxiliary packages last: the order of entries that fit equally well. */
  readonly #order: Uint32Array;
  /** Entries by the first one and two letters of the words in their names, in that order. */
  readonly #starts = new Map<string, number[]>();
  /** The last query and its entries in that order. A longer query is searched in them only. */
  #last: { readonly terms: readonly string[]; readonly found: readonly number[] } | undefined;

  constructor(readonly entries: readonly CatalogueEntry[]) {
    this.#names = entries.map(({ name }) => name.toLowerCase());
    this.#summaries = entries.map(({ summary }) => summary.toLowerCase());
    this.#others = entries.map(({ section, provides }) =>
      (provides.length === 0 ? section : `${section} ${provides.join(' ')}`).toLowerCase(),
    );
    this.#all = this.#names.map((name, at) => `${name}\n${this.#summaries[at] ?? ''}\n${this.#others[at] ?? ''}`);
    this.#order = byLength(this.#names);
    for (const index of this.#order) this.#addStarts(index);
  }

  /** Returns the indices of the entries that have every term of the query, the best first; without a term all of them, by the alphabet. */
  find(query: string): readonly number[] {
    const terms = query
      .toLowerCase()
      .split(/\s+/)
      .filter((term) => term !== '');
    if (terms.length === 0) return Array.from(this.entries.keys());
    const found: number[][] = Array.from({ length: FITS }, () => []);
    const all: number[] = [];
    for (const index of this.#candidates(terms)) {
      let worst = 0;
      for (const term of terms) {
        const fit = this.#fit(index, term);
        if (fit === undefined) {
          worst = FITS;
          break;
        }
        if (fit > worst) worst = fit;
      }
      if (worst === FITS) continue;
      found[worst]?.push(index);
      all.push(index);
    }
    this.#last = { terms, found: all };
    return found.flat();
  }

  /** Entries that can have all terms, in the order of equal fits. */
  #candidates(terms: readonly string[]): Iterable<number> {
    const short = terms.filter(isShort).map((term) => this.#starts.get(term) ?? []);
    const shortest = short.sort((a, b) => a.length - b.length)[0];
    if (shortest) return shortest;
    const last = this.#last;
    const isLonger = last?.terms.every((term, at) => !isShort(term) && terms[at]?.startsWith(term) === true);
    return last && isLonger === true ? last.found : this.#order;
  }

  #addStarts(index: number): void {
    const name = this.#names[index] ?? '';
    for (let at = 0; at < name.length; at++) {
      if (at > 0 && isLetter(name.charCodeAt(at - 1))) continue;
      for (let length = 1; length <= Math.min(SHORT, name.length - at); length++) {
        const start = name.slice(at, at + length);
        const known = this.#starts.get(start);
        if (!known) this.#starts.set(start, [index]);
        // A name in which the same start occurs twice is listed once.
        else if (known.at(-1) !== index) known.push(index);
      }
    }
  }

  #fit(index: number, term: string): Fit | undefined {
    if (this.#all[index]?.includes(term) !== true) return undefined;
    const name = this.#names[index] ?? '';
    const at = name.indexOf(term);
    if (at >= 0) {
      if (name.length === term.length) return Fit.ExactName;
      if (at === 0) return Fit.BeginningOfName;
      if (name.endsWith(`/${term}`)) return Fit.LastPartOfName;
      if (hasTerm(name, term, at)) return Fit.WordInName;
      if (!isShort(term)) return Fit.InName;
    }
    if (isShort(term)) return undefined;
    const others = this.#others[index] ?? '';
    const inOthers = others.includes(term);
    if (inOthers && ` ${others} `.includes(` ${term} `)) return Fit.ExactProvided;
    const summary = this.#summaries[index] ?? '';
    const inSummary = summary.indexOf(term);
    if (inSummary >= 0 && hasTerm(summary, term, inSummary)) return Fit.WordInSummary;
    return inSummary >= 0 || inOthers ? Fit.Elsewhere : undefined;
  }
}

/** Sorts indices: shorter names first, equal lengths in their present order, auxiliary packages last. */
function byLength(names: readonly string[]): Uint32Array {
  const lengths = names.map((name) => name.length + (AUXILIARY.test(name) ? AUXILIARY_LENGTH : 0));
  const counts: number[] = [];
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  const starts: number[] = [];
  let start = 0;
  for (let length = 0; length < counts.length; length++) {
    starts[length] = start;
    start += counts[length] ?? 0;
  }
  const order = new Uint32Array(names.length);
  for (const [index, length] of lengths.entries()) {
    order[starts[length] ?? 0] = index;
    starts[length] = (starts[length] ?? 0) + 1;
  }
  return order;
}

/** Whether a term is the start of a word of the text. */
function hasTerm(text: string, term: string, first: number): boolean {
  for (let at = first; at >= 0; at = text.indexOf(term, at + 1))
    if (at === 0 || !isLetter(text.charCodeAt(at - 1))) return true;
  return false;
}

/** A digit, or a letter in lower case. */
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code > 127;
