import type { Snapshot } from './backend';

/** A ZFS snapshot with the properties that the same call returns. */
export interface ZfsSnapshot extends Snapshot {
  /** Whether it has a hold (`zfs hold`), so that it cannot be destroyed. */
  readonly held: boolean;
}

/** The properties of snapshots that `snapshotsOf` needs, and those of datasets that are checked before a rollback. */
export const PROPERTIES = ['creation', 'userrefs', 'guid', 'mountpoint', 'canmount'] as const;

/** Rows of `zfs get -o name,property,value`: dataset or snapshot, then property, then value. */
export type ZfsProperties = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * The arguments that make `zfs` print properties for `readProperties`.
 *
 * `get`, not `list`, because zfs-fuse supports `-p` (numbers instead of dates and `1.2M`) only there. Snapshots of a
 * dataset come in the order of their transactions, so those of one second are in order too (OpenZFS, illumos and
 * zfs-fuse alike).
 */
export function getProperties(dataset: string, properties: readonly string[]): string[] {
  return ['get', '-H', '-p', '-r', '-o', 'name,property,value', properties.join(','), dataset];
}

/** Parses the output of `zfs` with `getProperties`. */
export function readProperties(stdout: string): ZfsProperties {
  const rows = new Map<string, Map<string, string>>();
  for (const line of stdout.split('\n')) {
    const [name, property, value] = line.split('\t');
    if (!name || property === undefined || value === undefined) continue;
    const row = rows.get(name) ?? new Map<string, string>();
    rows.set(name, row.set(property, value));
  }
  return rows;
}

/** Parses the output of `zfs list -H` with a name and these properties. */
export function readRows(stdout: string, properties: readonly string[]): ZfsProperties {
  const rows = stdout.split('\n').map((line) => line.split('\t'));
  return new Map(
    rows
      .filter(([name]) => name !== undefined && name !== '')
      .map(([name = '', ...values]) => [name, new Map(properties.map((property, at) => [property, values[at] ?? '']))]),
  );
}

/** The snapshots of exactly this dataset, oldest first. */
export function snapshotsOf(dataset: string, properties: ZfsProperties): ZfsSnapshot[] {
  return [...properties]
    .filter(([id]) => id.startsWith(`${dataset}@`))
    .map(([id, values]) => ({
      id,
      name: id.slice(dataset.length + 1),
      takenAt: Number(values.get('creation') ?? 0),
      held: Number(values.get('userrefs') ?? 0) > 0,
      ...(values.has('guid') && { guid: values.get('guid') ?? '' }),
    }));
}
