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

/** Searches names, summaries, sections and provided names while the user types. Made once for a catalogue. */
export class CatalogueSearch {
  readonly #names: readonly string[];
  readonly #summaries: readonly string[];
  readonly #others: readonly string[];
  /** Shorter names first, then by the alphabet: the order of entries that fit equally well. */
  readonly #order: Uint32Array;

  constructor(readonly entries: readonly CatalogueEntry[]) {
    this.#names = entries.map(({ name }) => name.toLowerCase());
    this.#summaries = entries.map(({ summary }) => summary.toLowerCase());
    this.#others = entries.map(({ section, provides }) =>
      (provides.length === 0 ? section : `${section} ${provides.join(' ')}`).toLowerCase(),
    );
    this.#order = byLength(this.#names);
  }

  /** Returns the indices of the entries that have every term of the query, the best first; without a term all of them, by the alphabet. */
  find(query: string): readonly number[] {
    const terms = query
      .toLowerCase()
      .split(/\s+/)
      .filter((term) => term !== '');
    if (terms.length === 0) return Array.from(this.entries.keys());
    const found: number[][] = Array.from({ length: FITS }, () => []);
    for (const index of this.#order) {
      let worst = 0;
      for (const term of terms) {
        const fit = this.#fit(index, term);
        if (fit === undefined) {
          worst = FITS;
          break;
        }
        if (fit > worst) worst = fit;
      }
      if (worst < FITS) found[worst]?.push(index);
    }
    return found.flat();
  }

  #fit(index: number, term: string): Fit | undefined {
    const name = this.#names[index] ?? '';
    const at = name.indexOf(term);
    if (at >= 0) {
      if (name.length === term.length) return Fit.ExactName;
      if (at === 0) return Fit.BeginningOfName;
      if (name.endsWith(`/${term}`)) return Fit.LastPartOfName;
      if (hasTerm(name, term, at)) return Fit.WordInName;
      if (term.length > 1) return Fit.InName;
    }
    // One letter is in nearly every summary: it is searched in names only.
    if (term.length === 1) return undefined;
    const others = this.#others[index] ?? '';
    const inOthers = others.includes(term);
    if (inOthers && ` ${others} `.includes(` ${term} `)) return Fit.ExactProvided;
    const summary = this.#summaries[index] ?? '';
    const inSummary = summary.indexOf(term);
    if (inSummary >= 0 && hasTerm(summary, term, inSummary)) return Fit.WordInSummary;
    return inSummary >= 0 || inOthers ? Fit.Elsewhere : undefined;
  }
}

/** Sorts indices: shorter names first, equal lengths in their present order. */
function byLength(names: readonly string[]): Uint32Array {
  const counts: number[] = [];
  for (const { length } of names) counts[length] = (counts[length] ?? 0) + 1;
  const starts: number[] = [];
  let start = 0;
  for (let length = 0; length < counts.length; length++) {
    starts[length] = start;
    start += counts[length] ?? 0;
  }
  const order = new Uint32Array(names.length);
  for (const [index, { length }] of names.entries()) {
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
