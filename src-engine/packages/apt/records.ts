/** A stanza of a package list: its fields by their names. Lines after the first of a field are joined with newlines. */
export type PackageRecord = ReadonlyMap<string, string>;

/** Reads stanzas in the format of Debian's control files. What is no field is passed over. */
export function* readRecords(text: string): Generator<PackageRecord> {
  for (const stanza of text.split(/\n[ \t]*\n/)) {
    const fields = new Map<string, string>();
    let last: string | undefined;
    for (const line of stanza.split('\n')) {
      if (/^[ \t]/.test(line)) {
        if (last !== undefined) fields.set(last, `${fields.get(last)}\n${line.slice(1)}`);
        continue;
      }
      const colon = line.indexOf(':');
      last = colon > 0 ? line.slice(0, colon) : undefined;
      if (last !== undefined) fields.set(last, line.slice(colon + 1).trim());
    }
    if (fields.has('Package')) yield fields;
  }
}

/** One need: any of these names serves. Versions and architectures are left to APT. */
export type Alternatives = readonly string[];

/** Reads a field such as `Depends`: needs with commas between, alternatives with bars. */
export function readRelation(field: string | undefined): Alternatives[] {
  return relationLines(field).map((need) => need.split('|').map(nameIn));
}

/** The needs of such a field as they are written, one line each. */
export function relationLines(field: string | undefined): string[] {
  return (field ?? '')
    .split(',')
    .map((need) => need.replace(/\s+/g, ' ').trim())
    .filter((need) => need !== '');
}

const nameIn = (text: string): string => text.trim().split(/[\s:([]/, 1)[0] ?? '';

/** Names that a package stands in for. */
export function providedBy(record: PackageRecord): string[] {
  return relationLines(record.get('Provides')).map(nameIn);
}

/** Bytes on the disk, as the package says. */
export function installedSize(record: PackageRecord): number | undefined {
  return times(record.get('Installed-Size'), 1024);
}

/** Bytes to fetch. */
export function downloadSize(record: PackageRecord): number | undefined {
  return times(record.get('Size'), 1);
}

function times(text: string | undefined, unit: number): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) * unit : undefined;
}
