import type { SourceEntry, UnreadableEntry } from './source-entry';

/** Text without blanks, except within quotes and brackets. */
const TOKEN = /(?:"[^"]*"|\[[^\]]*\]|[^\s"[])+/g;

/** A source in APT's one-line form, without its suite where it has none. */
export interface OneLineSource {
  readonly type: string;
  /** With the brackets; empty where there are none. */
  readonly options: string;
  readonly address: string;
  readonly suite: string | undefined;
  readonly components: readonly string[];
}

/** Parses `TYPE [OPTIONS] ADDRESS SUITE COMPONENT...`; `undefined` when there is no address. */
export function readOneLine(text: string): OneLineSource | undefined {
  const [type, ...rest] = text.match(TOKEN) ?? [];
  const options = rest[0]?.startsWith('[') === true ? (rest.shift() ?? '') : '';
  const [address, suite, ...components] = rest;
  return type === undefined || address === undefined ? undefined : { type, options, address, suite, components };
}

/** The text of a source in APT's one-line form. */
export function oneLineOf({ type, options, address, suite, components }: OneLineSource): string {
  return [type, options, address, suite ?? '', ...components].filter((token) => token !== '').join(' ');
}

/** Reads a `.list` file. Lines of source packages are left out. */
export function readListFile(text: string, path: string): (SourceEntry | UnreadableEntry)[] {
  return text.split('\n').flatMap((raw, index): (SourceEntry | UnreadableEntry)[] => {
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    if (line === '') return [];
    const source = readOneLine(line);
    if (source?.suite === undefined || !/^deb(-src)?$/.test(source.type)) return [{ text: line }];
    return source.type === 'deb-src' ? [] : [entryOf(source, source.suite, `${path} line ${index + 1}`)];
  });
}

/** A source of the one-line form as an entry. */
export function entryOf(source: OneLineSource, suite: string, place: string): SourceEntry {
  const limit = /(?:^\[|\s)arch=([^\s\]]+)/.exec(source.options)?.[1];
  return {
    place,
    addresses: [source.address],
    suites: [suite],
    architectures: limit?.replaceAll('"', '').split(','),
    write: ([address = source.address]) => `${oneLineOf({ ...source, address, suite })}\n`,
  };
}
