/** A package of a catalogue. */
export interface CatalogueEntry {
  readonly name: string;
  readonly version: string;
  /** A Debian section or an IPS classification; empty when there is none. */
  readonly section: string;
  /** One line. */
  readonly summary: string;
  /** Bytes on the disk. */
  readonly installedSize?: number | undefined;
  /** Bytes to fetch. */
  readonly downloadSize?: number | undefined;
  /** Names of virtual packages that it provides. */
  readonly provides: readonly string[];
}

/** The first line of a catalogue's text. Another one is of another version of it. */
const HEADER = 'slipway-catalogue 1';

/** Formats entries as one text, a line each: the content of the file of `distro_const catalogue`. */
export function catalogueText(entries: readonly CatalogueEntry[]): string {
  const lines = entries.map(({ name, version, section, installedSize, downloadSize, provides, summary }) =>
    [name, version, section, installedSize ?? '', downloadSize ?? '', provides.join(' '), summary]
      .map((field) => toOneLine(`${field}`))
      .join('\t'),
  );
  return [HEADER, ...lines, ''].join('\n');
}

/** Whether a text is a whole one of `catalogueText`. */
export const isCatalogue = (text: string): boolean => text.startsWith(`${HEADER}\n`) && text.endsWith('\n');

/** Whether a package of a catalogue's text has this name. Much faster than parsing the text. */
export const hasPackage = (text: string, name: string): boolean => text.includes(`\n${name}\t`);

/** Parses the text of `catalogueText`. Throws when it is another text or cut off. */
export function readCatalogue(text: string): CatalogueEntry[] {
  if (!isCatalogue(text)) throw new Error('this is not a whole catalogue');
  const entries: CatalogueEntry[] = [];
  // Tens of thousands of lines are read while the user waits: one pass with `indexOf` is faster than `split`.
  let at = HEADER.length + 1;
  const upTo = (mark: string): string => {
    const end = text.indexOf(mark, at);
    if (end < 0) throw new Error('this is not a whole catalogue');
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

/** Replaces control characters and marks of the writing direction by spaces: text of a repository must not change the layout. */
export const toOneLine = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, ' ');

/** The same for text of several lines. */
export const toLines = (text: string): string => text.split('\n').map(toOneLine).join('\n');
