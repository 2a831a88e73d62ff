import type { Snapshot } from './backend';
import { snapshotsOf, type ZfsProperties } from './zfs-properties';
import { isOfView } from './zfs-views';

/* How the datasets of lines depend on each other. */

/** A dataset without an origin. */
const NONE = '-';

/** The id of the snapshot that a dataset was cloned from. */
export function originOf(dataset: string, present: ZfsProperties): string | undefined {
  const origin = present.get(dataset)?.get('origin');
  return origin === undefined || origin === NONE || origin === '' ? undefined : origin;
}

/** The dataset with the last snapshots that a dataset shares. */
export function originDataset(dataset: string, present: ZfsProperties): string | undefined {
  const origin = originOf(dataset, present);
  return origin && datasetOf(origin);
}

/** The dataset of a snapshot's id. */
export const datasetOf = (snapshot: string): string => snapshot.split('@')[0] ?? '';

/** The number of datasets with snapshots that a dataset shares. */
export function depthOf(dataset: string, present: ZfsProperties): number {
  const origin = originDataset(dataset, present);
  return origin === undefined ? 0 : 1 + depthOf(origin, present);
}

/** All snapshots of a dataset, those before its origin included. */
export function chain(dataset: string, present: ZfsProperties): Snapshot[] {
  const origin = originOf(dataset, present);
  const before = origin === undefined ? [] : chain(datasetOf(origin), present);
  const shared = before.slice(0, before.findIndex(({ id }) => id === origin) + 1);
  return [...shared, ...snapshotsOf(dataset, present).filter(({ id }) => !isOfView(id))];
}

/** The origins of datasets after one of them was renamed. */
export function originsAfterRename(present: ZfsProperties, from: string, to: string): ZfsProperties {
  const renamed = (name: string): string =>
    name === from || name.startsWith(`${from}@`) || name.startsWith(`${from}/`) ? to + name.slice(from.length) : name;
  return new Map(
    [...present].map(([name, values]) => [renamed(name), new Map([['origin', renamed(values.get('origin') ?? NONE)]])]),
  );
}
