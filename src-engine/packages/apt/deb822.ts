import type { SourceEntry, UnreadableEntry } from './source-entry';

/** A field of a stanza, with its lines as written. */
interface Field {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
  readonly text: string;
}

/** Reads a `.sources` file as APT does. Stanzas that are switched off, and those of source packages only, are left out. */
export function readSourcesFile(text: string, path: string): (SourceEntry | UnreadableEntry)[] {
  return stanzasOf(text).flatMap(({ lines, start }) => entryOf(lines, `${path} line ${start}`) ?? []);
}

/** The stanzas without comments, each with the number of its first line. */
function stanzasOf(text: string): { readonly lines: readonly string[]; readonly start: number }[] {
  const stanzas: { lines: string[]; start: number }[] = [];
  let isOpen = false;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('#')) continue;
    // A line of blanks continues the stanza.
    if (line === '' || line === '\r') isOpen = false;
    else if (isOpen) stanzas.at(-1)?.lines.push(line);
    else {
      stanzas.push({ lines: [line], start: index + 1 });
      isOpen = true;
    }
  }
  return stanzas;
}

/** A line that begins with a blank continues the field before it. */
function fieldsOf(lines: readonly string[]): Field[] {
  const fields: Field[] = [];
  for (const line of lines) {
    const last = fields.at(-1);
    if (/^[ \t]/.test(line)) {
      if (last) fields[fields.length - 1] = { ...last, value: `${last.value} ${line}`, text: `${last.text}\n${line}` };
      continue;
    }
    const colon = line.indexOf(':');
    fields.push({
      name: line
        .slice(0, colon)
        .replace(/[ \t\r]+$/, '')
        .toLowerCase(),
      value: line.slice(colon + 1),
      text: line,
    });
  }
  return fields;
}

/** APT separates most values by blanks only: the address of a repository may have a comma. */
const SEPARATOR: Readonly<Record<string, RegExp>> = { architectures: /[\s,]+/ };

/** The values by which APT switches a setting off. */
const OFF = /^(no|false|without|off|disable|0)$/i;

function entryOf(lines: readonly string[], place: string): SourceEntry | UnreadableEntry | undefined {
  const fields = fieldsOf(lines);
  const valuesOf = (name: string): string[] =>
    // Of a field that is there twice APT takes the last.
    (fields.filter((field) => field.name === name).at(-1)?.value ?? '')
      .split(SEPARATOR[name] ?? /\s+/)
      .filter((value) => value !== '');
  const types = valuesOf('types');
  if (OFF.test(valuesOf('enabled').join(' '))) return undefined;
  if (types.length > 0 && types.every((type) => type === 'deb-src')) return undefined;
  const isUnknown = types.some((type) => !/^deb(-src)?$/.test(type));
  if (isUnknown || [types, valuesOf('uris'), valuesOf('suites')].some((values) => values.length === 0))
    return { text: lines.join('\n') };
  const architectures = valuesOf('architectures');
  return {
    place,
    addresses: valuesOf('uris'),
    suites: valuesOf('suites'),
    architectures: architectures.length === 0 ? undefined : architectures,
    write(addresses, suites) {
      const replaced: Readonly<Record<string, string>> = {
        types: 'Types: deb',
        uris: `URIs: ${addresses.join(' ')}`,
        suites: `Suites: ${suites.join(' ')}`,
      };
      return `${fields.map(({ name, text }) => replaced[name] ?? text).join('\n')}\n`;
    },
  };
}
