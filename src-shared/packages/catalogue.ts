/** A package as a catalogue tells it. */
export interface CatalogueEntry {
  readonly name: string;
  readonly version: string;
  /** What kind of package it is: a Debian section, an IPS classification. Empty where there is none. */
  readonly section: string;
  /** One line. */
  readonly summary: string;
  /** Bytes on the disk. */
  readonly installedSize?: number | undefined;
  /** Bytes to fetch. */
  readonly downloadSize?: number | undefined;
  /** Names that it stands in for. */
  readonly provides: readonly string[];
}

/** The first line of a catalogue's text. Another one is of another version of it. */
const HEADER = 'slipway-catalogue 1';

/** Entries as one text, a line each: what `distro_const catalogue` leaves in its file. */
export function catalogueText(entries: readonly CatalogueEntry[]): string {
  const lines = entries.map(({ name, version, section, installedSize, downloadSize, provides, summary }) =>
    [name, version, section, installedSize ?? '', downloadSize ?? '', provides.join(' '), summary]
      .map((field) => toOneLine(`${field}`))
      .join('\t'),
  );
  return [HEADER, ...lines, ''].join('\n');
}

/** Reads the text of `catalogueText`. Throws when it is none. */
export function readCatalogue(text: string): CatalogueEntry[] {
  if (!text.startsWith(`${HEADER}\n`) || !text.endsWith('\n'))
    throw new Error('this is no catalogue, or not all of it');
  const entries: CatalogueEntry[] = [];
  // Tens of thousands of lines are read while a person waits: cut, not split.
  let at = HEADER.length + 1;
  const upTo = (mark: string): string => {
    const end = text.indexOf(mark, at);
    if (end < 0) throw new Error('this is no catalogue, or not all of it');
    const field = text.slice(at, end);
    at = end + 1;
    return field;
  };
  const size = (field: string): number | undefined => (field === '' ? undefined : Number(field));
  while (at < text.length) {
    const [name, version, section] = [upTo('\t'), upTo('\t'), upTo('\t')];
    const [installedSize, downloadSize] = [size(upTo('\t')), size(upTo('\t'))];
    const [provides, summary] = [upTo('\t'), upTo('\n')];
    entries.push({
      name,
      version,
      section,
      summary,
      installedSize,
      downloadSize,
      provides: provides === '' ? NONE : provides.split(' '),
    });
  }
  return entries;
}

const NONE: readonly string[] = [];

/** What a repository says is text for one line: control characters, and marks that turn the direction of writing, become blanks. */
export const toOneLine = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, ' ');

/** The same for text of several lines. */
export const toLines = (text: string): string => text.split('\n').map(toOneLine).join('\n');
