/** A stanza of a package list: field values by name. Continuation lines are joined with newlines. */
export type PackageRecord = ReadonlyMap<string, string>;

/** Reads stanzas in the format of Debian's control files. Lines that are not fields are skipped. */
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

/** One dependency: any of these names satisfies it. APT itself compares versions and architectures. */
export type Alternatives = readonly string[];

/** Parses a field such as `Depends`: dependencies are separated by commas, alternatives by bars. */
export function readRelation(field: string | undefined): Alternatives[] {
  return relationLines(field).map((need) => need.split('|').map(nameIn));
}

/** The dependencies of such a field as they are written, one per line. */
export function relationLines(field: string | undefined): string[] {
  return (field ?? '')
    .split(',')
    .map((need) => need.replace(/\s+/g, ' ').trim())
    .filter((need) => need !== '');
}

const nameIn = (text: string): string => text.trim().split(/[\s:([]/, 1)[0] ?? '';

/** Names of virtual packages that a package provides. */
export function providedBy(record: PackageRecord): string[] {
  return relationLines(record.get('Provides')).map(nameIn);
}

/** Installed size in bytes, from the package's fields. */
export function installedSize(record: PackageRecord): number | undefined {
  return times(record.get('Installed-Size'), 1024);
}

/** Download size in bytes. */
export function downloadSize(record: PackageRecord): number | undefined {
  return times(record.get('Size'), 1);
}

function times(text: string | undefined, unit: number): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) * unit : undefined;
}
